// The whole job without a mouse.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';
import { fruit } from './lib/pictures.js';

/** Presses Tab until the part with this mark, or something inside it, has the focus. */
async function tabTo(lab, name) {
  const seen = [];
  for (let presses = 0; presses < 400; presses += 1) {
    await lab.page.keyboard.press('Tab');
    const marks = await lab.page.evaluate(() => {
      const marks = [];
      for (let element = document.activeElement; element; element = element.parentElement) {
        if (element.dataset.test) marks.push(element.dataset.test);
      }
      return marks;
    });
    if (marks.includes(name)) return;
    seen.push(marks[0] ?? '?');
  }
  assert.fail(`Tab never reaches ${name}; it reached ${[...new Set(seen)].join(', ')}`);
}

async function type(lab, name, text) {
  await tabTo(lab, name);
  await lab.page.keyboard.press('Control+A');
  await lab.page.keyboard.type(text);
}

describe('keyboard', { timeout: 600_000 }, () => {
  let browsing;
  before(async () => { browsing = await Browsing.start(); });
  after(() => browsing?.stop());

  test('pictures, training and asking need no mouse', () => browsing.visit(async (lab) => {
    const { keyboard } = lab.page;
    // Listened for from the start: the browser needs a moment to hand its dialogue over.
    const chooser = lab.page.waitForEvent('filechooser', { timeout: 300_000 });
    await lab.engineReady();

    await tabTo(lab, 'sample-fruit');
    await keyboard.press('Enter');
    await eventually(async () => assert.ok(await lab.part('thumbnail').count() >= 10), 60_000);

    await tabTo(lab, 'cut-slider');
    await keyboard.press('Home');
    await keyboard.press('ArrowUp');
    await eventually(async () => assert.equal(await lab.part('cut-slider').inputValue(), '1'));

    const settings = lab.part('settings');
    if (!(await settings.evaluate((details) => details.open))) {
      await tabTo(lab, 'settings');
      await keyboard.press('Enter');
    }
    await type(lab, 'cold-epochs', '3');
    await type(lab, 'warm-epochs', '1');

    // A button that is off cannot be reached; it is on once all pictures are drawn.
    await eventually(async () => assert.ok(await lab.part('start-both').isEnabled()), 60_000);
    await tabTo(lab, 'start-both');
    await keyboard.press('Enter');
    await lab.score('cold');
    await lab.score('warm');

    await tabTo(lab, 'ask-file');
    await keyboard.press('Enter');
    await (await chooser).setFiles(fruit()[0].files[0]);
    const answers = lab.part('answer', lab.part('answers'));
    await eventually(async () => assert.equal(await answers.count(), 2), 60_000);
  }));

  test('whatever has the focus shows it', () => browsing.visit(async (lab) => {
    await tabTo(lab, 'add-class');
    const outline = await lab.page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
    });
    assert.ok(outline, 'the focused button looks like any other');
  }));
});
