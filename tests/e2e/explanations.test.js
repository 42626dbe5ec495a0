// Why models answer as they do, and how they see all pictures.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';
import { fruit, fruitFolder } from './lib/pictures.js';

const CLASSES = 3;
const PICTURES = 10;
const ALL = CLASSES * PICTURES;

/** A page whose race is over. */
async function raced(lab) {
  await lab.engineReady();
  await lab.chooseFolder(fruitFolder(CLASSES, PICTURES));
  await lab.thumbnails(ALL);
  await lab.set({ 'device-choice': 'cpu', seed: 7, 'cold-epochs': 6, 'warm-epochs': 2 });
  await eventually(async () => assert.match(await lab.part('device').innerText(), /CPU/));
  await lab.cut(2);
  await lab.part('start-both').click();
  await lab.score('cold');
  await lab.score('warm');
}

/** The addresses of all heat maps, once there are two. */
const heatMaps = (lab) => eventually(async () => {
  const images = await lab.part('heat-map').locator('img').evaluateAll((all) => all.map(({ src, naturalWidth }) => ({ src, naturalWidth })));
  assert.equal(images.length, 2);
  assert.ok(images.every(({ naturalWidth }) => naturalWidth === 96), JSON.stringify(images));
  return images.map(({ src }) => src);
});

/** Chooses one of a few side by side by its words. */
const choose = (lab, name, words) => lab.part(name).first().getByText(words, { exact: true }).click();

const marks = (lab) => lab.part('scatter').locator('[data-mark]');
const focused = (lab) => lab.page.evaluate(() => document.activeElement?.getAttribute('data-mark'));

describe('explanations', { timeout: 600_000 }, () => {
  let browsing;
  before(async () => { browsing = await Browsing.start(); });
  after(() => browsing?.stop());

  test('both models show where, for any class, and the nearest training pictures', () => browsing.visit(async (lab) => {
    await raced(lab);
    await lab.ask(fruit()[0].files.at(-1), 2);
    assert.equal(await lab.part('heat-map').count(), 0);
    await lab.part('why').first().click();
    const first = await heatMaps(lab);
    for (const words of await lab.part('heat-words').allInnerTexts()) {
      assert.match(words, /in the (upper|middle|lower).*: \d+\s%\.|Nothing in this picture speaks for/);
    }
    await eventually(async () => assert.equal(await lab.part('neighbour').count(), 10));
    const names = fruit().slice(0, CLASSES).map(({ name }) => name);
    for (const text of await lab.part('neighbour').allInnerTexts()) {
      assert.ok(names.some((name) => text.includes(name)), text);
      assert.match(text, /\d\.\d{3}/);
    }
    // Another class, chosen at one model, is another map of both.
    const chosen = await lab.part('why-class').first().inputValue();
    await lab.part('why-class').first().selectOption(String((Number(chosen) + 1) % CLASSES));
    await eventually(async () => assert.ok((await heatMaps(lab)).every((src) => !first.includes(src))));
    const coarse = await heatMaps(lab);
    await lab.part('heat-map').first().locator('xpath=preceding-sibling::*').getByText('6 × 6', { exact: true }).click();
    await eventually(async () => assert.ok((await heatMaps(lab)).every((src) => !coarse.includes(src))));
    await lab.part('why').first().click();
    assert.equal(await lab.part('heat-map').count(), 0);
  }));

  test('a map has a mark for every picture; keys lead from one to the next', () => browsing.visit(async (lab) => {
    await raced(lab);
    await lab.part('show-map').click();
    await eventually(async () => assert.equal(await marks(lab).count(), ALL), 60_000);
    assert.match(await lab.part('map-quality').innerText(), /The plane holds \d+\s%/);
    // One mark is in the order of Tab, and all can be reached from it.
    assert.equal(await lab.part('scatter').locator('[tabindex="0"]').count(), 1);
    await marks(lab).first().focus();
    const seen = new Set([await focused(lab)]);
    for (let presses = 1; presses < ALL; presses += 1) {
      await lab.page.keyboard.press('PageDown');
      seen.add(await focused(lab));
    }
    assert.equal(seen.size, ALL);
    assert.match(await lab.part('looked-at').innerText(), /(training|validation|test)/);
    const before = await focused(lab);
    for (const key of ['ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown']) await lab.page.keyboard.press(key);
    assert.ok(await focused(lab) !== null && before !== null);
    await marks(lab).nth(3).hover({ force: true });
    await eventually(async () => assert.equal(await lab.part('looked-at').locator('img').count(), 1));

    await marks(lab).nth(3).click({ force: true });
    await eventually(async () => assert.equal(await lab.part('looked-at').locator('[data-test="neighbour"]').count(), 10));
    const places = () => marks(lab).evaluateAll((all) => all.map((mark) => mark.getAttribute('transform')).join());
    const principal = await places();
    await choose(lab, 'map-features', 'After');
    await eventually(async () => assert.notEqual(await places(), principal), 60_000);
    await choose(lab, 'map-method', 't-SNE');
    await eventually(async () => assert.match(await lab.part('map-quality').innerText(), /Divergence/), 120_000);
    await eventually(async () => assert.equal(await lab.part('map-progress').count(), 0), 120_000);
    assert.equal(await marks(lab).count(), ALL);

    const table = lab.part('inside').locator('details', { hasText: 'Every picture' });
    await table.locator('summary').click();
    await eventually(async () => assert.equal(await table.locator('tbody tr').count(), ALL));
  }));

  test('a channel shows the parts of pictures that it answers to, before and after', () => browsing.visit(async (lab) => {
    await raced(lab);
    // The last block was thawed, an early one was not.
    await lab.part('patch-block').selectOption('17');
    await eventually(async () => assert.equal(await lab.part('patch').count(), 12), 60_000);
    assert.equal(await lab.part('patch-channel').locator('option').count(), 112);
    await lab.part('patch-channel').selectOption('5');
    assert.equal(await lab.part('patch').count(), 12);
    await lab.part('patch-block').selectOption('3');
    await lab.page.getByText('This block stayed frozen').waitFor();
    await eventually(async () => assert.equal(await lab.part('patch').count(), 6), 60_000);
  }));

  test('nothing of it is wider than a narrow page', () => browsing.visit(async (lab) => {
    await lab.page.setViewportSize({ width: 390, height: 844 });
    await raced(lab);
    await lab.ask(fruit()[0].files.at(-1), 2);
    await lab.part('why').first().click();
    await heatMaps(lab);
    await lab.part('show-map').click();
    await eventually(async () => assert.equal(await marks(lab).count(), ALL), 60_000);
    await lab.part('patch-block').selectOption('2');
    await eventually(async () => assert.ok(await lab.part('patch').count() > 0), 60_000);
    const width = await lab.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 390, `the page is ${width} pixels wide`);
  }));
});
