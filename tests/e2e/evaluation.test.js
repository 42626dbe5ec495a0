// The answers of trained models: from a cell of the matrix to its pictures, to a better label, to training again.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';
import { fruit, fruitFolder } from './lib/pictures.js';

const CLASSES = 3;
const PICTURES = 20;
/** A fifth of each class is kept for the test. */
const TESTED = CLASSES * PICTURES / 5;

/** A page whose race is over and whose models are evaluated. */
async function evaluated(lab, folder) {
  await lab.engineReady();
  await lab.chooseFolder(folder);
  await lab.thumbnails(Math.min(11, PICTURES) * CLASSES);
  await eventually(async () => assert.match(await lab.part('pictures-count').innerText(), new RegExp(`${CLASSES * PICTURES} pictures`)), 60_000);
  await lab.set({ 'device-choice': 'cpu', seed: 7, 'cold-epochs': 8, 'warm-epochs': 1 });
  await eventually(async () => assert.match(await lab.part('device').innerText(), /CPU/));
  await lab.cut(2);
  await again(lab, () => lab.part('start-both').click());
}

/** Trains and waits for the evaluation. */
async function again(lab, start) {
  await start();
  await lab.part('open-test').waitFor({ timeout: 240_000 });
}

const looks = async (lab) => Number(await lab.part('looks').getAttribute('data-count'));

/** The numbers of a model's matrix. */
const counts = (lab, side) => lab.part('open-matrix', lab.part(`evaluation-${side}`)).locator('tbody td')
  .evaluateAll((cells) => cells.map((cell) => Number(cell.textContent)));

describe('the answers', { timeout: 600_000 }, () => {
  let browsing;
  before(async () => { browsing = await Browsing.start(); });
  after(() => browsing?.stop());

  test('a number of the matrix opens its pictures, one of which is moved, and both models learn again', () => browsing.visit(async (lab) => {
    // Pictures of the second class lie in the first, so that there is something to put right.
    const folder = fruitFolder(CLASSES, PICTURES);
    const [first, second] = fruit().slice(0, 2).map(({ name }) => path.join(folder, name));
    for (const name of fs.readdirSync(second).slice(0, 4)) fs.renameSync(path.join(second, name), path.join(first, `strayed ${name}`));
    await evaluated(lab, folder);
    assert.equal(await looks(lab), 1);
    assert.equal(await lab.part('open-matrix').count(), 0, 'the test is closed');
    await lab.part('open-test').click();
    for (const side of ['cold', 'warm']) {
      const numbers = await counts(lab, side);
      assert.equal(numbers.length, CLASSES * CLASSES);
      const total = numbers.reduce((sum, count) => sum + count, 0);
      assert.ok(Math.abs(total - TESTED) <= 1, `${total} test pictures`);
      const card = lab.part(`evaluation-${side}`);
      assert.match(await lab.part('balanced-accuracy', card).innerText(), /[\d.]+\s%/);
      assert.doesNotMatch(await card.innerText(), /\bNaN\b|\binf\b|undefined/);
    }

    const cell = lab.part('cell', lab.part('evaluation-cold')).first();
    const count = Number(await cell.innerText());
    await cell.click();
    const behind = lab.part('behind-picture', lab.part('behind'));
    await eventually(async () => assert.equal(await behind.count(), count));
    assert.equal(await behind.first().locator('img').count(), 1);

    const before = await lab.countOn(lab.classAt(0)) + await lab.countOn(lab.classAt(1));
    const select = lab.part('move-to', behind.first());
    const now = await select.inputValue();
    const other = await select.locator('option').evaluateAll((options, now) => options.find(({ value }) => value !== now).value, now);
    await select.selectOption(other);
    await lab.part('moved', behind.first()).waitFor();
    await lab.part('earlier-labels').waitFor();
    assert.match(await lab.part('earlier-labels').innerText(), /1 picture is not where it was/);
    assert.ok(before > 0);

    await again(lab, () => lab.part('train-again').click());
    assert.equal(await lab.part('earlier-labels').count(), 0);
    assert.equal(await looks(lab), 2);
    assert.equal(await lab.part('open-matrix').count(), 0, 'the test is closed again');
  }));

  test('everything is reached by keyboard, and a picture that is removed says so', () => browsing.visit(async (lab) => {
    await evaluated(lab, fruitFolder(CLASSES, PICTURES));
    await lab.part('open-test').focus();
    await lab.page.keyboard.press('Enter');
    const cell = lab.part('cell', lab.part('evaluation-warm')).first();
    await cell.focus();
    await lab.page.keyboard.press('Enter');
    assert.equal(await cell.getAttribute('aria-pressed'), 'true');
    const row = lab.part('behind-picture').first();
    await lab.part('behind-remove', row).focus();
    await lab.page.keyboard.press('Enter');
    await lab.part('gone', row).waitFor();
    assert.match(await lab.part('earlier-labels').innerText(), /1 picture/);
  }));

  test('a picture of something else is answered with none of these', () => browsing.visit(async (lab) => {
    await evaluated(lab, fruitFolder(CLASSES, PICTURES));
    const colours = await lab.page.evaluate(async () => {
      const canvas = new OffscreenCanvas(96, 96);
      const context = canvas.getContext('2d');
      for (let y = 0; y < 96; y += 8) for (let x = 0; x < 96; x += 8) {
        context.fillStyle = (x + y) % 16 ? '#00f' : '#ff0';
        context.fillRect(x, y, 8, 8);
      }
      const blob = await canvas.convertToBlob();
      return [...new Uint8Array(await blob.arrayBuffer())];
    });
    await lab.part('ask-file').setInputFiles({ name: 'board.png', mimeType: 'image/png', buffer: Buffer.from(colours) });
    await eventually(async () => assert.equal(await lab.part('answer').count(), 2), 60_000);
    await eventually(async () => assert.ok(await lab.part('none-of-these-answer').count() >= 1));
  }));
});
