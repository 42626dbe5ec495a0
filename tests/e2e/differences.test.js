// The ten differences: measured on the page, steered by its buttons, and the same on the command line.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';
import { emptyFolder, fruit, fruitFolder } from './lib/pictures.js';
import { built } from './lib/server.js';

/** Just enough for a test part of their own. */
const CLASSES = 4;
const PICTURES = 15;
/** So few that they take turns. */
const FEW = { classes: 3, pictures: 5 };
/** Test pictures of a seed: a fifth of each class. */
const TESTED = CLASSES * PICTURES / 5;
const SEED = 7;
const SEEDS = 2;
const EPOCHS = 3;

/** A page with pictures in classes and a race that is over. */
async function raced(lab, folder, pictures = CLASSES * PICTURES) {
  await lab.engineReady();
  await lab.chooseFolder(folder);
  await lab.thumbnails(pictures);
  await lab.set({ 'device-choice': 'cpu', seed: SEED, seeds: SEEDS, 'cold-epochs': EPOCHS, 'warm-epochs': EPOCHS });
  await eventually(async () => assert.match(await lab.part('device').innerText(), /CPU/));
  await lab.part('start-both').click();
  await lab.score('cold');
  await lab.score('warm');
}

const stage = (lab) => lab.part('study-status').getAttribute('data-stage');
const done = async (lab) => Number(await lab.part('study-status').getAttribute('data-done'));
const ended = (lab, expected) => eventually(async () => assert.equal(await stage(lab), expected), 240_000);

/** Every number of every card, by card, name and way. */
const figures = (lab) => lab.page.evaluate(() => Object.fromEntries(
  [...document.querySelectorAll('[data-test^="card-"]')].flatMap((card) => (
    [...card.querySelectorAll('[data-test="figure"]')].map(({ dataset }) => (
      [`${card.dataset.test}, ${dataset.name}, ${dataset.way}`, { value: Number(dataset.value), unit: dataset.unit }]))))));

/** The same from a report of the command line. */
function reported(folder) {
  const file = path.join(emptyFolder(), 'report.json');
  execFileSync(built('HEADSTART', 'target/debug/headstart'), [
    'compare', folder, '--cut', 'head', '--cut', 'last-4', '--seed', String(SEED), '--seeds', String(SEEDS),
    '--epochs', String(EPOCHS), '--report', file,
  ], { stdio: ['ignore', 'ignore', 'inherit'] });
  const { cards } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const ways = { Transfer: 'cold', FineTuning: 'warm' };
  return Object.fromEntries(cards.flatMap(({ finding }, place) => (finding.Ok?.figures ?? []).map((figure) => (
    [`card-${place + 1}, ${figure.name}, ${ways[figure.way] ?? 'both'}`, figure]))));
}

/** Numbers that a clock has told. */
const isTimed = (name, unit) => unit === 'Seconds' || /Seconds/.test(name);

describe('the ten differences', { timeout: 900_000 }, () => {
  let browsing;
  before(async () => { browsing = await Browsing.start(); });
  after(() => browsing?.stop());

  test('all ten are measured, and the command line finds the same', () => browsing.visit(async (lab) => {
    const folder = fruitFolder(CLASSES, PICTURES);
    await raced(lab, folder);
    await lab.part('measure').click();
    await ended(lab, 'Complete');
    assert.equal(await lab.part('study-folds').count(), 0);
    // Both ways' curves, with the seconds that each has computed.
    assert.match(await lab.part('study-clock').innerText(), /transfer learning .*s, fine-tuning .*s\./);
    assert.ok(await lab.part('study-curves').locator('svg polyline, svg path').count() > 0);
    for (let place = 1; place <= 10; place += 1) {
      const card = lab.part(`card-${place}`);
      assert.equal(await card.getAttribute('data-found'), 'true', await card.innerText());
      assert.doesNotMatch(await card.innerText(), /\bNaN\b|\binf\b|undefined/);
    }
    const page = await figures(lab);
    const report = reported(folder);
    assert.deepEqual(Object.keys(page).sort(), Object.keys(report).sort());
    for (const [name, { value, unit }] of Object.entries(page)) {
      const expected = report[name].value;
      if (isTimed(name, unit)) assert.ok(value >= 0 && expected >= 0, name);
      else if (unit === 'Share' || unit === 'Points') {
        // One test picture of all seeds, or two per cent of what is no count of them.
        const allowed = Math.max(1 / (TESTED * SEEDS), 0.02 * Math.abs(expected));
        assert.ok(Math.abs(value - expected) <= allowed + 1e-9, `${name}: ${value}, ${expected} on the command line`);
      } else {
        assert.ok(Math.abs(value - expected) <= 0.02 * Math.abs(expected) + 1e-9, `${name}: ${value}, ${expected} on the command line`);
      }
    }
  }));

  test('a study rests, goes on, ends early and grows by a seed', () => browsing.visit(async (lab) => {
    await raced(lab, fruitFolder(FEW.classes, FEW.pictures), FEW.classes * FEW.pictures);
    // Pictures of a new setting are given to a class of their own kind and are no training pictures.
    await lab.part('new-setting').locator('summary').click();
    await lab.part('setting').first().locator('input[type=file]').setInputFiles(fruit()[0].files[20]);
    await eventually(async () => assert.match(await lab.part('setting').first().innerText(), /1\s+picture/));
    assert.match(await lab.part('pictures-count').innerText(), /15 pictures/);
    await lab.part('measure').click();
    await eventually(async () => assert.match(await lab.part('study-folds').innerText(), /each of 5 folds is the test once/));
    await eventually(async () => assert.ok(await done(lab) >= 1), 120_000);
    await lab.part('study-pause').click();
    await ended(lab, 'Paused');
    // What assistants have begun is brought to its end, however long that takes.
    let resting = -1;
    await eventually(async () => {
      const before = resting;
      resting = await done(lab);
      await lab.page.waitForTimeout(3_000);
      assert.equal(resting, before);
    }, 120_000);
    await lab.page.waitForTimeout(2_000);
    assert.equal(await done(lab), resting, 'nothing is tried while it rests');
    await lab.part('study-go-on').click();
    await eventually(async () => assert.ok(await done(lab) > resting), 120_000);
    await ended(lab, 'Complete');
    const before = await done(lab);
    await lab.part('study-add-seed').click();
    await eventually(async () => assert.ok(await done(lab) > before), 120_000);
    await lab.part('study-stop').click();
    await ended(lab, 'Stopped');
    assert.ok(await lab.part('measure').isEnabled());
    const generalisation = await figures(lab);
    assert.ok(Object.keys(generalisation).some((name) => name.startsWith('card-8, New setting')));
    // The models of the race can still be asked.
    assert.equal(await lab.part('ask-file').isDisabled(), false);
  }));
});
