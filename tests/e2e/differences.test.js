// The ten differences: measured on the page, steered by its buttons, and the same on the command line.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { shownCards, shownLog } from './lib/cards.js';
import { Comparison } from './lib/comparison.js';
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
/** Test pictures of a drawn task: a fifth of the 24 of each of five classes, rounded to whole pictures. */
const DRAWN_TESTED = 25;
const SEED = 7;
const SEEDS = 2;
const EPOCHS = 3;
const SHORT = { seeds: SEEDS, 'cold-epochs': EPOCHS, 'warm-epochs': EPOCHS };
/** Every cut that a study tries, as its log calls them, from the one with fewest thawed layers on. */
const CUTS = ['new head', 'last 1 block', 'last 4 blocks', 'last 8 blocks', 'last 12 blocks', 'everything'];
/** What an advice is chosen from. */
const CANDIDATES = CUTS.filter((cut) => cut !== 'last 12 blocks');

/** A page with pictures in classes and a race that is over. */
async function raced(lab, folder, { pictures = CLASSES * PICTURES, settings = SHORT } = {}) {
  await lab.engineReady();
  await lab.chooseFolder(folder);
  await lab.thumbnails(pictures);
  await lab.set({ 'device-choice': 'cpu', seed: SEED, ...settings });
  await eventually(async () => assert.match(await lab.part('device').innerText(), /CPU/));
  await lab.part('start-both').click();
  await lab.score('cold');
  await lab.score('warm');
}

const stage = (lab) => lab.part('study-status').getAttribute('data-stage');
const done = async (lab) => Number(await lab.part('study-status').getAttribute('data-done'));
const ended = (lab, expected) => eventually(async () => assert.equal(await stage(lab), expected), 240_000);

/** A report of the command line about the same, and the titles that it prints above the cards. */
function reported(folder) {
  const file = path.join(emptyFolder(), 'report.json');
  const printed = execFileSync(built('HEADSTART', 'target/debug/headstart'), [
    'compare', folder, '--cut', 'head', '--cut', 'last-4', '--seed', String(SEED), '--seeds', String(SEEDS),
    '--epochs', String(EPOCHS), '--report', file,
  ], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const titles = [...printed.matchAll(/^ ?\d+\. (.+)$/gm)].map(([, title]) => title);
  return { report: JSON.parse(fs.readFileSync(file, 'utf8')), titles };
}

/**
 * Notes what the page shows when it first shows an advice, before anything else can change on it.
 * To be called before one is asked for; the note is `window.firstAdvice`.
 */
const noteAdvice = (lab) => lab.page.evaluate(() => {
  const part = (name) => document.querySelector(`[data-test="${name}"]`);
  const watch = new MutationObserver(() => {
    const advice = part('advice');
    if (advice?.dataset.known !== 'true') return;
    watch.disconnect();
    window.firstAdvice = {
      heading: advice.querySelector('h3').innerText,
      words: advice.querySelector('h3 + p').innerText,
      reasons: [...advice.querySelectorAll('.reasons li')].map((reason) => reason.innerText),
      outcome: part('outcome').innerText,
      trials: Number(part('study-status').dataset.done),
      cards: document.querySelectorAll('[data-found="true"]').length,
    };
  });
  watch.observe(document.body, { subtree: true, childList: true, attributes: true });
});

/** Right answers of every cut that was tried with the seed of the advice, on all pictures and head first. */
function measuredCuts(log) {
  return log.flatMap(([trial, , rightOf]) => {
    const [, how, pictures, seed] = trial.match(/^\d+: (.+), (\d+ .+), seed (\d+)$/) ?? assert.fail(`this is no trial: ${trial}`);
    if (Number(seed) !== SEED || /a class/.test(pictures) || /at once|scratch/.test(how)) return [];
    const [right, of] = rightOf.split(' of ').map(Number);
    return [{ how, right, of }];
  });
}

/** What is said of an advice when the study has ended: whether it held, and all numbers of it. */
function verdict(text) {
  const words = text.replaceAll('\u00a0', ' ');
  const [, cuts, tested] = words.match(/\bof (\d+) cuts measured on (\d+) test pictures of the first seed\b/) ?? assert.fail(words);
  return {
    hasHeld: /^It held\b/.test(words),
    cuts: Number(cuts),
    tested: Number(tested),
    shares: [...words.matchAll(/(\d+(?:\.\d+)?) %/g)].map(([, share]) => ({ percent: Number(share), half: share.includes('.') ? 0.05 : 0.5 })),
    behind: Number(words.match(/(\d+\.\d) points behind/)?.[1] ?? 0),
    best: words.match(/ with ((?:last|new|every) .+)\.$/)?.[1],
  };
}

/** A cut as the advice calls it and as the log does. */
function inLog(cut) {
  if (cut === 'new head only') return 'new head';
  if (cut === 'every layer') return 'everything';
  const [, count] = cut.match(/^last (\d+ blocks|block) and head$/) ?? assert.fail(`this is no cut: ${cut}`);
  return count === 'block' ? 'last 1 block' : `last ${count}`;
}

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
    const page = await shownCards(lab.page);
    const log = await shownLog(lab.page);
    const { report, titles } = reported(folder);
    assert.equal(titles.length, 10);
    assert.equal(page.length, 10);
    const comparison = new Comparison(report, { tested: TESTED * SEEDS, drawn: DRAWN_TESTED });
    page.forEach((card, index) => comparison.card(index + 1, card, titles[index], log));
    comparison.log(log);
    assert.deepEqual(comparison.disagreements, []);
  }));

  test('an advice comes before any trial has ended, and is held against what they came to', () => browsing.visit(async (lab) => {
    // With the settings that every visitor starts with, which are those that the advice is about.
    await raced(lab, fruitFolder(CLASSES, PICTURES), { settings: { seeds: 1 } });
    assert.equal(await lab.part('advice').count(), 0);
    await noteAdvice(lab);
    await lab.part('measure').click();
    const first = await eventually(async () => {
      const noted = await lab.page.evaluate(() => window.firstAdvice);
      assert.ok(noted, 'no advice is shown');
      return noted;
    }, 120_000);
    assert.equal(first.trials, 0, 'trials have ended before it was advised');
    assert.equal(first.cards, 0, 'cards were found before it was advised');
    const [, advised, confidence] = first.heading.match(/^Advice: (.+?)\s*(\d+)\s%\ssure to be the best/) ?? assert.fail(first.heading);
    assert.ok(confidence > 0 && confidence <= 100, first.heading);
    assert.match(first.outcome, /^It was given before any of these runs had ended/);
    // The two measurements are of both ways, and about none of the test pictures.
    assert.equal(first.reasons.length, 2);
    ['transfer learning', 'fine-tuning'].forEach((way, index) => {
      const [, percent] = first.reasons[index].match(new RegExp(`, ${way}: (\\d+\\.\\d)\\s%$`)) ?? assert.fail(first.reasons[index]);
      assert.ok(percent >= 0 && percent <= 100, first.reasons[index]);
    });
    assert.match(first.words, new RegExp(`Of ${CLASSES * PICTURES - TESTED} held-out pictures, none of them in the test`));

    await ended(lab, 'Complete');
    // What was advised stays as it was.
    const advice = lab.part('advice');
    assert.equal(await advice.locator('h3').innerText(), first.heading);
    assert.deepEqual(await advice.locator('.reasons li').allInnerTexts(), first.reasons);
    const text = await lab.part('outcome').innerText();
    const said = verdict(text);
    const cuts = measuredCuts(await shownLog(lab.page));
    assert.deepEqual(cuts.map(({ how }) => how).sort(), [...CUTS].sort());
    const compared = cuts.filter(({ how }) => CANDIDATES.includes(how));
    assert.equal(said.cuts, compared.length, text);
    assert.equal(said.tested, TESTED, text);
    for (const { of } of cuts) assert.equal(of, TESTED);
    const best = Math.max(...compared.map(({ right }) => right));
    const own = compared.find(({ how }) => how === inLog(advised)).right;
    const near = ({ percent, half }, right) => assert.ok(Math.abs(percent - 100 * right / TESTED) <= half + 1e-9, text);
    // One test picture is more than a point, so an advice has held if no cut names one more.
    assert.equal(said.hasHeld, own === best, text);
    assert.ok(Math.abs(said.behind - 100 * (best - own) / TESTED) <= 0.05 + 1e-9, text);
    near(said.shares[0], own);
    assert.equal(said.shares.length, own === best ? 1 : 2, text);
    if (own !== best) {
      near(said.shares[1], best);
      // Of equals, the best is the one with fewest thawed layers.
      const [winner] = CUTS.filter((how) => compared.find((cut) => cut.how === how)?.right === best);
      assert.equal(inLog(said.best), winner, text);
    }
  }));

  test('a study rests, goes on, ends early and grows by a seed', () => browsing.visit(async (lab) => {
    await raced(lab, fruitFolder(FEW.classes, FEW.pictures), { pictures: FEW.classes * FEW.pictures });
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
    const generalisation = await lab.part('figure', lab.part('card-8')).evaluateAll((cells) => cells.map(({ dataset }) => dataset.name));
    assert.ok(generalisation.some((name) => name.startsWith('New setting')));
    // The models of the race can still be asked.
    assert.equal(await lab.part('ask-file').isDisabled(), false);
  }));
});
