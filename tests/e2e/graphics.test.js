// The other device: WebGPU, here in software and therefore with very few pictures.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';
import { fruit, fruitFolder } from './lib/pictures.js';

describe('graphics card', { timeout: 900_000 }, () => {
  let browsing;
  before(async () => { browsing = await Browsing.start(); });
  after(() => browsing?.stop());

  test('both strategies train on WebGPU when it is asked for', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    await lab.chooseFolder(fruitFolder(2, 5));
    await lab.thumbnails(10);
    await lab.set({ 'device-choice': 'gpu', 'cold-epochs': 1, 'warm-epochs': 1 });
    await eventually(async () => assert.doesNotMatch(await lab.part('device').innerText(), /CPU/), 240_000);
    await lab.cut(1);
    await lab.part('start-both').click();
    for (const lane of ['cold', 'warm']) {
      const { of } = await lab.score(lane, 400_000);
      assert.ok(of >= 2);
      await lab.epochsFrom(lane, 1);
    }
    const answers = await lab.ask(fruit()[0].files.at(-1), 2);
    for (const rows of answers) assert.equal(rows.length, 2);
  }));

  test('a card in software is not chosen by itself', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    assert.match(await lab.part('device').innerText(), /CPU/);
  }));
});
