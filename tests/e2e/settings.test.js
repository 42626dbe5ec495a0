// More settings: a learning rate that is found, views that are seen, and what changes the training.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';
import { fruitFolder } from './lib/pictures.js';

const CLASSES = 3;
const PICTURES = 6;
const VIEWS = 8;

const more = (lab) => lab.part('more-settings');
/** Waits until the summary says that something is no default any more, or that nothing is. */
const saysChanged = (lab, expected) => eventually(async () => (
  assert.equal(await more(lab).locator('summary').first().innerText(), `More settings${expected ? ' (changed)' : ''}`)));

/** A page on the CPU with pictures in classes, and every setting in sight. */
async function opened(lab, { pictures = PICTURES, ...settings } = {}) {
  await lab.engineReady();
  await lab.chooseFolder(fruitFolder(CLASSES, pictures));
  await lab.thumbnails(CLASSES * pictures);
  await lab.set({ 'device-choice': 'cpu', seed: 7, ...settings });
  await eventually(async () => assert.match(await lab.part('device').innerText(), /CPU/));
  await more(lab).locator('summary').first().focus();
  await lab.page.keyboard.press('Enter');
  await lab.part('batch').waitFor();
}

/** The rows of the search's table, each a rate and a loss; opens it. */
async function searched(lab) {
  const table = lab.part('rate-finder').locator('figure.plot details');
  await table.evaluate((details) => { details.open = true; });
  await table.locator('tbody tr').first().waitFor();
  assert.deepEqual(await table.locator('thead th').allInnerTexts(), ['learning rate', 'Training loss, smoothed']);
  const rows = await table.locator('tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent)));
  return rows.map(([rate, loss]) => ({ rate: Number(rate), loss: Number(loss.replaceAll('−', '-')) }));
}

const sheet = (lab) => more(lab).locator('img[data-test="views"]');
const viewsField = (lab) => more(lab).locator('input[data-test="views"]');

/** Sets how many views there are of each picture. */
async function setViews(lab, views) {
  await viewsField(lab).fill(String(views));
  await viewsField(lab).press('Tab');
}

/** Asks to see the views of the first picture and returns, for each square of the sheet, what tells it and its mirror image. */
async function squares(lab) {
  await lab.part('show-views').click();
  await eventually(async () => assert.ok(await sheet(lab).evaluate((image) => image.complete && image.naturalWidth > 0)));
  return sheet(lab).evaluate((image) => {
    const { naturalWidth: width, naturalHeight: side } = image;
    const canvas = new OffscreenCanvas(width, side);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const told = (pixels) => {
      let sum = 0;
      for (const value of pixels) sum = (Math.imul(sum, 31) + value) | 0;
      return sum;
    };
    const mirrored = (pixels) => pixels.map((_, index) => {
      const [row, column] = [Math.floor(index / side), index % side];
      return pixels[row * side + side - 1 - column];
    });
    return Array.from({ length: width / side }, (_, place) => {
      const pixels = new Uint32Array(context.getImageData(place * side, 0, side, side).data.buffer);
      return { own: told(pixels), mirror: told(mirrored(pixels)) };
    });
  });
}

/** The table of a lane's run with these settings, without the time that it took. */
async function trained(lab, start, lane, epochs) {
  // The lane of another race is another element.
  if (await lab.lane(lane).count() > 0) await lab.lane(lane).evaluate((before) => { before.dataset.before = ''; });
  await lab.part(start).click();
  await lab.page.locator(`[data-test="lane-${lane}"]:not([data-before])`).waitFor();
  await lab.score(lane);
  return (await lab.epochsFrom(lane, epochs)).map((row) => row.slice(0, -1));
}

describe('settings', { timeout: 600_000 }, () => {
  let browsing;
  before(async () => { browsing = await Browsing.start(); });
  after(() => browsing?.stop());

  test('a learning rate is found by one click or key, and taken over by another', () => browsing.visit(async (lab) => {
    await opened(lab);
    const lanes = [
      { lane: 'cold', field: 'head-rate', title: 'Learning rate of the head', press: (part) => part.click() },
      { lane: 'warm', field: 'unfrozen-rate', title: 'Learning rate after thawing', press: async (part) => { await part.focus(); await lab.page.keyboard.press('Enter'); } },
    ];
    for (const { lane, field, title, press } of lanes) {
      const before = await lab.part(field).inputValue();
      await eventually(async () => assert.ok(await lab.part(`find-rate-${lane}`).isEnabled()));
      await press(lab.part(`find-rate-${lane}`));
      await eventually(async () => assert.match(await lab.part('rate-finder').innerText(), new RegExp(`${title}: \\S+ is suggested`)), 120_000);
      assert.ok(await lab.part('rate-finder').locator('svg polyline').count() > 0);
      const rows = await searched(lab);
      assert.ok(rows.length > 10, `${rows.length} rates were tried`);
      for (const [index, { rate, loss }] of rows.entries()) {
        assert.ok(rate > 0 && Number.isFinite(loss), `row ${index + 1}: ${rate}, ${loss}`);
        assert.ok(index === 0 || rate >= rows[index - 1].rate, 'the rate only rises');
      }
      assert.equal(await lab.part(field).inputValue(), before, 'nothing is taken over by itself');
      const suggested = Number((await lab.part('rate-finder').innerText()).match(/: (\S+) is suggested/)[1]);
      const place = rows.findIndex(({ rate }) => rate === suggested);
      const least = Math.min(...rows.map(({ loss }) => loss));
      assert.ok(place >= 0, `${suggested} was not tried`);
      assert.ok(place <= rows.findLastIndex(({ loss }) => loss === least), `at ${suggested} the loss does not fall any more`);
      await press(lab.part('take-rate'));
      await eventually(async () => assert.equal(Number(await lab.part(field).inputValue()), suggested));
      await saysChanged(lab, true);
    }
    await lab.part('default-settings').click();
    await eventually(async () => assert.equal(await lab.part('head-rate').inputValue(), '0.003'));
    assert.equal(await lab.part('unfrozen-rate').inputValue(), '0.002');
    await saysChanged(lab, false);
    assert.ok(await lab.part('default-settings').isDisabled());
  }));

  test('no rate is searched before there is something to learn, and the page says for what it waits', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    await lab.set({});
    await more(lab).locator('summary').first().click();
    for (const lane of ['cold', 'warm']) assert.ok(await lab.part(`find-rate-${lane}`).isDisabled());
    assert.match(await lab.part('rate-finder').innerText(), /waits for what training waits for/);
  }));

  test('views show the changes that are ticked and no others, and leave the page when these change', () => browsing.visit(async (lab) => {
    await opened(lab);
    const box = (name) => lab.part(name, lab.part('augmentation'));
    const untick = async (name) => {
      await box(name).focus();
      await lab.page.keyboard.press('Space');
      await eventually(async () => assert.equal(await box(name).isChecked(), false));
    };
    assert.equal(await lab.part('show-views').count(), 0);
    for (const name of ['flip', 'crop', 'colour']) assert.ok(await box(name).isDisabled());
    assert.match(await lab.part('augmentation').innerText(), /no views to change yet/);

    await setViews(lab, VIEWS);
    for (const name of ['flip', 'crop', 'colour']) await eventually(async () => assert.ok(await box(name).isEnabled() && await box(name).isChecked()));
    const all = await squares(lab);
    assert.equal(all.length, 1 + VIEWS);
    assert.equal(new Set(all.map(({ own }) => own)).size, 1 + VIEWS, 'every view is another picture');
    assert.match(await sheet(lab).getAttribute('alt'), /views/);

    // Fewer views are the first ones.
    await setViews(lab, 2);
    await eventually(async () => assert.equal(await sheet(lab).count(), 0));
    assert.deepEqual(await squares(lab), all.slice(0, 3));
    await setViews(lab, VIEWS);

    await untick('crop');
    await untick('colour');
    assert.equal(await sheet(lab).count(), 0);
    assert.ok(await box('flip').isDisabled(), 'the last change stays');
    const [picture, ...views] = await squares(lab);
    const plain = views.filter(({ own }) => own === picture.own).length;
    assert.equal(plain + views.filter(({ own }) => own === picture.mirror).length, VIEWS, 'a view is neither the picture nor its mirror image');
    assert.ok(plain > 0 && plain < VIEWS, `${plain} of ${VIEWS} are not mirrored`);

    await box('colour').check();
    await untick('flip');
    const coloured = await squares(lab);
    for (const { own } of coloured.slice(1)) assert.ok(own !== picture.own && own !== picture.mirror, 'a view in the same light');
    assert.equal(coloured[0].own, picture.own);

    // Without views there is nothing to show.
    await setViews(lab, 0);
    await eventually(async () => assert.equal(await lab.part('show-views').count(), 0));
    assert.equal(await sheet(lab).count(), 0);
  }));

  test('class weights count where classes differ in size and only there', () => browsing.visit(async (lab) => {
    await opened(lab, { pictures: 10, 'cold-epochs': 3 });
    const choose = async (key, value) => {
      await lab.part('class-weights').focus();
      await lab.page.keyboard.press(key);
      await eventually(async () => assert.equal(await lab.part('class-weights').inputValue(), value));
    };
    const equal = await trained(lab, 'start-cold', 'cold', 3);
    await choose('ArrowDown', 'balanced');
    await saysChanged(lab, true);
    assert.deepEqual(await trained(lab, 'start-cold', 'cold', 3), equal, 'classes of one size weigh alike');
    const card = lab.classAt(0);
    for (let left = 9; left >= 5; left -= 1) {
      await lab.part('look', card).first().focus();
      await lab.page.keyboard.press('Delete');
      await eventually(async () => assert.equal(await lab.countOn(card), left));
    }
    const balanced = await trained(lab, 'start-cold', 'cold', 3);
    await choose('ArrowUp', 'equal');
    await saysChanged(lab, false);
    assert.notDeepEqual(await trained(lab, 'start-cold', 'cold', 3), balanced);
  }));

  test('BatchNorm behind the cut goes three ways, and a new head none of them', () => browsing.visit(async (lab) => {
    await opened(lab, { 'cold-epochs': 2, 'warm-epochs': 2 });
    await lab.cut(2);
    const curves = { cold: [], warm: [] };
    for (const norm of ['affine', 'adapt', 'frozen']) {
      await lab.part('batch-norm').selectOption(norm);
      await saysChanged(lab, norm !== 'affine');
      curves.cold.push(JSON.stringify(await trained(lab, 'start-cold', 'cold', 2)));
      curves.warm.push(JSON.stringify(await trained(lab, 'start-warm', 'warm', 3)));
    }
    assert.equal(new Set(curves.cold).size, 1, 'nothing lies behind the cut of a new head');
    assert.equal(new Set(curves.warm).size, 3);
  }));

  test('what is no number in range is refused by what it must be, and the last one holds', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    await lab.set({});
    await more(lab).locator('summary').first().click();
    await lab.part('head-rate').fill('-1');
    await eventually(async () => assert.match(await lab.part('head-rate-refused').innerText(), /must be a positive number/));
    assert.equal(await lab.part('head-rate').getAttribute('aria-invalid'), 'true');
    await lab.part('head-rate').press('Tab');
    await eventually(async () => assert.equal(await lab.part('head-rate').inputValue(), '0.003'));
    assert.equal(await lab.part('head-rate-refused').count(), 0);
    await saysChanged(lab, false);
  }));
});
