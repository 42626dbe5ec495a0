// Training and asking, on the CPU.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';
import { fruit, fruitFolder } from './lib/pictures.js';

const CLASSES = 3;
const PICTURES = 15;
/** A fifth of each class is kept for the test. */
const TESTED = CLASSES * PICTURES / 5;

async function prepared(lab, settings) {
  await lab.engineReady();
  await lab.chooseFolder(fruitFolder(CLASSES, PICTURES));
  await lab.thumbnails(CLASSES * PICTURES);
  await lab.set({ 'device-choice': 'cpu', seed: 7, ...settings });
  await eventually(async () => assert.match(await lab.part('device').innerText(), /CPU/));
}

describe('training', { timeout: 600_000 }, () => {
  let browsing;
  before(async () => { browsing = await Browsing.start(); });
  after(() => browsing?.stop());

  const strategies = [
    { name: 'a new head', lane: 'cold', start: 'start-cold', settings: { 'cold-epochs': 8 }, position: null, atLeast: 8 },
    { name: 'the last four blocks', lane: 'warm', start: 'start-warm', settings: { 'warm-epochs': 2 }, position: 4, atLeast: 2 },
    { name: 'everything', lane: 'warm', start: 'start-warm', settings: { 'warm-epochs': 1 }, position: 18, atLeast: 1 },
  ];
  for (const { name, lane, start, settings, position, atLeast } of strategies) {
    test(`${name} can be trained; score and curve are shown`, () => browsing.visit(async (lab) => {
      await prepared(lab, settings);
      if (position !== null) await lab.cut(position);
      await lab.part(start).click();
      const { percent, of } = await lab.score(lane);
      assert.equal(of, TESTED);
      assert.ok(percent >= 0 && percent <= 100);
      const rows = await lab.epochsFrom(lane, atLeast);
      for (const row of rows) assert.ok(row.length >= 3 && row.every((cell) => cell !== '' && !/NaN|inf/i.test(cell)), row.join(' | '));
    }));
  }

  test('both models answer with one bar a class, and the bars add up', () => browsing.visit(async (lab) => {
    await prepared(lab, { 'cold-epochs': 8, 'warm-epochs': 1 });
    await lab.cut(2);
    await lab.part('start-both').click();
    await lab.score('cold');
    await lab.score('warm');
    const names = fruit().slice(0, CLASSES).map(({ name }) => name);
    const answers = await lab.ask(fruit()[0].files.at(-1), 2);
    for (const rows of answers) {
      assert.equal(rows.length, CLASSES);
      for (const name of names) assert.ok(rows.some((row) => row.text.includes(name)), `no bar for ${name}`);
      for (const row of rows) assert.equal(row.meters, 1, row.text);
      const sum = rows.reduce((total, row) => total + row.percent, 0);
      assert.ok(Math.abs(sum - 100) <= CLASSES / 2 + 0.01, `the bars add up to ${sum} %`);
    }
  }));

  test('what training takes is predicted before it starts, and stays beside what it took', () => browsing.visit(async (lab) => {
    await prepared(lab, { 'cold-epochs': 4, 'warm-epochs': 1 });
    await lab.cut(2);
    const takes = /(\d\ss|a second) to train, \d+\sMB/;
    for (const lane of ['cold', 'warm']) await eventually(async () => assert.match(await lab.part(`ahead-${lane}`).innerText(), takes));
    assert.match(await lab.part('ahead').innerText(), /Both together take (about [\d.]+\ss|under a second), .*\s\d+\sMB/);
    await lab.part('start-both').click();
    for (const lane of ['cold', 'warm']) {
      await lab.score(lane);
      await eventually(async () => assert.match(await lab.part('predicted', lab.lane(lane)).innerText(), /Predicted (about [\d.]+\ss|under a second), took [\d.]+\ss\./));
    }
    await eventually(async () => assert.match(await lab.part('in-all').innerText(), /predicted (about [\d.]+\ss|under a second) and \d+\sMB, took [\d.]+\ss and \d+\sMB/));
    // Another cut is another prediction; that of the race stays.
    const told = await lab.part('in-all').innerText();
    const before = await lab.part('ahead-warm').innerText();
    await lab.cut(18);
    await eventually(async () => {
      const now = await lab.part('ahead-warm').innerText();
      assert.match(now, takes);
      assert.notEqual(now, before);
    });
    assert.equal(await lab.part('in-all').innerText(), told);
  }));

  test('a fresh drawing is asked about and says what it was drawn as', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    await lab.set({ 'device-choice': 'cpu', 'cold-epochs': 3 });
    await lab.part('sample-fruit').click();
    await eventually(async () => assert.ok(await lab.part('start-cold').isEnabled()), 60_000);
    await lab.part('start-cold').click();
    await lab.score('cold');
    await lab.part('ask-drawn').click();
    await eventually(async () => assert.match(await lab.part('drawn-as').innerText(), /^Drawn as \w+/));
    assert.equal(await lab.part('answer').count(), 1);
  }));

  test('a run that is stopped keeps its best so far', () => browsing.visit(async (lab) => {
    await prepared(lab, { 'warm-epochs': 200 });
    await lab.cut(18);
    await lab.part('start-warm').click();
    await lab.epochsFrom('warm', 1);
    await lab.part('stop').first().click();
    const { of } = await lab.score('warm', 60_000);
    assert.equal(of, TESTED);
    assert.match(await lab.part('status', lab.lane('warm')).innerText(), /stopped/i);
    assert.ok((await lab.epochs('warm')).length < 200);
    await lab.ask(fruit()[0].files.at(-1), 1);
  }));

  test('the device cannot be changed under a run, and the page says why', () => browsing.visit(async (lab) => {
    await prepared(lab, { 'warm-epochs': 200 });
    const choice = lab.part('device-choice');
    const reason = async () => lab.page.locator(`#${await choice.getAttribute('aria-describedby')}`);
    assert.doesNotMatch(await (await reason()).innerText(), /stopped/);
    await lab.cut(18);
    await lab.part('start-warm').click();
    await eventually(async () => assert.ok(await choice.isDisabled()));
    assert.ok(await (await reason()).isVisible());
    assert.match(await (await reason()).innerText(), /again when the runs have ended/);
    await lab.epochsFrom('warm', 1);
    await lab.part('stop').first().click();
    await lab.score('warm', 60_000);
    assert.ok(await choice.isEnabled());
  }));

  test('a class with too few pictures is named, with how many it needs, before anything starts', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    await lab.chooseFolder(fruitFolder(2, 4));
    await lab.thumbnails(8);
    await eventually(async () => assert.ok(await lab.part('start-both').isEnabled()));
    const [{ name }] = fruit();
    const card = await lab.classNamed(name);
    await (await lab.thumbnails(4, card)).first().hover();
    await lab.part('remove-picture', card).first().click();
    assert.ok(await lab.part('start-both').isDisabled());
    await lab.page.getByText(`“${name}” has 3 of the 4 pictures`).waitFor();
  }));

  test('the same seed gives the same numbers', () => browsing.visit(async (lab) => {
    await prepared(lab, { 'cold-epochs': 4 });
    const curves = [];
    for (let repeat = 0; repeat < 2; repeat += 1) {
      // The lane of the second race is another element than that of the first, which may be gone
      // before anybody looks.
      if (repeat > 0) await lab.lane('cold').evaluate((lane) => { lane.dataset.before = ''; });
      await lab.part('start-cold').click();
      await lab.page.locator('[data-test="lane-cold"]:not([data-before])').waitFor();
      await lab.score('cold');
      // The last column is the computing time, which may differ.
      curves.push((await lab.epochsFrom('cold', 4)).map((row) => row.slice(0, -1)));
    }
    assert.equal(curves[0].length, 4);
    assert.deepEqual(curves[0], curves[1]);
  }));

  test('training one class is refused with a way out', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    const card = await lab.addClass('alone');
    await lab.addFiles(card, fruit()[0].files.slice(0, 2));
    await lab.thumbnails(2, card);
    for (const start of ['start-both', 'start-cold', 'start-warm']) assert.ok(await lab.part(start).isDisabled());
    await lab.page.getByText(/at least two classes/).waitFor();
  }));
});
