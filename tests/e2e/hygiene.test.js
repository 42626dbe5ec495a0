// What is found in the pictures before anything is learned, and the way out of it and back.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';
import { classesOf, fruitFolder } from './lib/pictures.js';

describe('hygiene', { timeout: 300_000 }, () => {
  let browsing;
  before(async () => { browsing = await Browsing.start(); });
  after(() => browsing?.stop());

  const titles = (lab) => lab.part('concern').locator('h3').allInnerTexts();

  async function open(lab) {
    await lab.part('concerns').waitFor({ timeout: 60_000 });
    await lab.part('concerns').locator('summary').click();
  }

  test('copies are told before training, one click keeps one of them, and another takes that back', () => browsing.visit(async (lab) => {
    const folder = fruitFolder(2, 5);
    const [first, second] = classesOf(folder);
    fs.copyFileSync(first.files[0], path.join(folder, first.name, 'copy.png'));
    fs.copyFileSync(first.files[1], path.join(folder, second.name, 'stray.png'));
    await lab.chooseFolder(folder);
    await lab.thumbnails(12);
    await open(lab);
    await eventually(async () => assert.equal((await titles(lab)).length, 2));
    const [stray, copies] = await titles(lab);
    assert.ok(stray.includes(first.name) && stray.includes(second.name), stray);
    assert.match(copies, /^2 pictures in .* are the same$/);

    await lab.part('concern').nth(0).getByRole('button', { name: `It is “${first.name}”` }).click();
    await lab.thumbnails(11);
    assert.equal(await lab.countOn(await lab.classNamed(second.name)), 5);
    await lab.part('concern').getByRole('button', { name: 'Keep the first' }).click();
    await lab.thumbnails(10);
    await eventually(async () => assert.equal(await lab.part('concerns').count(), 0));

    await lab.part('undo').click();
    await lab.part('undo').click();
    await lab.thumbnails(12);
    await eventually(async () => assert.equal(await lab.part('concerns').count(), 1));
    assert.equal(await lab.part('undo').count(), 0);
  }));

  test('what is known and left is not said again', () => browsing.visit(async (lab) => {
    const folder = fruitFolder(2, 5);
    const [first] = classesOf(folder);
    fs.copyFileSync(first.files[0], path.join(folder, first.name, 'copy.png'));
    await lab.chooseFolder(folder);
    await lab.thumbnails(11);
    await open(lab);
    await lab.part('leave').click();
    assert.equal(await lab.part('concerns').count(), 0);
  }));

  test('a picture goes into another class by mouse and by keyboard, and a removed class comes back', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    await lab.chooseFolder(fruitFolder(2, 5));
    await lab.thumbnails(10);
    // A press is lost on a page that still moves under it.
    await lab.part('ahead').waitFor({ timeout: 60_000 });
    const [first, second] = [lab.classAt(0), lab.classAt(1)];
    await lab.part('thumbnail', first).nth(0).dragTo(lab.part('class-count', second));
    await lab.thumbnails(6, second);

    const look = lab.part('look', first).nth(0);
    await look.focus();
    await lab.page.keyboard.press('Enter');
    await lab.part('move-to', first).focus();
    await lab.page.keyboard.press('ArrowDown');
    await lab.thumbnails(7, second);

    await lab.part('look', first).nth(0).focus();
    await lab.page.keyboard.press('Delete');
    await lab.thumbnails(2, first);
    await lab.part('remove-class', second).click();
    await lab.thumbnails(2);
    for (const count of [9, 10]) {
      await lab.part('undo').click();
      await lab.thumbnails(count);
    }
  }));

  test('a class of hundreds holds a sheet of them on the page', () => browsing.visit(async (lab) => {
    const folder = fruitFolder(1, 20);
    const [{ name, files }] = classesOf(folder);
    for (let copy = 0; copy < 120; copy += 1) fs.copyFileSync(files[copy % 20], path.join(folder, name, `copy ${copy}.png`));
    await lab.chooseFolder(folder);
    const card = await eventually(() => lab.classNamed(name));
    await eventually(async () => assert.equal(await lab.countOn(card), 140));
    await lab.part('show-all', card).click();
    await lab.thumbnails(47, card);
    await lab.part('next-sheet', card).click();
    await lab.part('next-sheet', card).click();
    await lab.thumbnails(140 - 2 * 47, card);
    assert.match(await lab.part('sheet', card).innerText(), /95 to 140 of 140/);
  }));
});
