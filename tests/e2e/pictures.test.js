// Classes and pictures: how they come in, how they are changed, and what is refused.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';
import { emptyFolder, fruit, fruitFolder } from './lib/pictures.js';

describe('pictures', { timeout: 300_000 }, () => {
  let browsing;
  before(async () => { browsing = await Browsing.start(); });
  after(() => browsing?.stop());

  test('a folder of folders becomes classes named after them', () => browsing.visit(async (lab) => {
    const names = fruit().slice(0, 3).map(({ name }) => name);
    await lab.chooseFolder(fruitFolder(3, 4));
    await lab.thumbnails(12);
    assert.deepEqual((await lab.classNames()).filter((name) => names.includes(name)).sort(), names);
    for (const name of names) assert.equal(await lab.countOn(await lab.classNamed(name)), 4);
  }));

  test('folders dropped on the page become classes', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    const folder = fruitFolder(2, 3);
    await lab.drop(fs.readdirSync(folder).map((name) => path.join(folder, name)));
    await lab.thumbnails(6);
  }));

  test('files dropped on a class go into it', () => browsing.visit(async (lab) => {
    const card = await lab.addClass('dropped');
    await lab.drop(fruit()[0].files.slice(0, 3), lab.part('class-count', card));
    await lab.thumbnails(3, card);
    assert.equal(await lab.countOn(card), 3);
  }));

  test('a bad file is refused by name and reason while the good ones go through', () => browsing.visit(async (lab) => {
    const folder = emptyFolder();
    const good = fruit()[0].files.slice(0, 2);
    const torn = path.join(folder, 'torn-in-half.png');
    const whole = fs.readFileSync(good[0]);
    fs.writeFileSync(torn, whole.subarray(0, whole.length / 2));
    const text = path.join(folder, 'not-a-picture.jpg');
    fs.writeFileSync(text, 'This is only text.');
    const empty = path.join(folder, 'nothing-inside.png');
    fs.writeFileSync(empty, '');

    const card = await lab.addClass('mixed');
    await lab.addFiles(card, [torn, good[0], text, empty, good[1]]);

    await lab.thumbnails(2, card);
    await eventually(async () => assert.equal((await lab.refusals()).length, 3));
    const refusals = await lab.refusals();
    for (const name of ['torn-in-half.png', 'not-a-picture.jpg', 'nothing-inside.png']) {
      const line = refusals.find((refusal) => refusal.includes(name));
      assert.ok(line, `no line names ${name}: ${refusals.join(' | ')}`);
      assert.ok(line.replace(name, '').trim().length > 10, `the line for ${name} gives no reason: ${line}`);
    }
  }));

  const nasty = path.join(import.meta.dirname, '../../../shared/data/bad-images');
  const skip = fs.existsSync(nasty) ? false : 'no ../shared/data/bad-images beside the checkout';
  test('every nasty file is decoded or refused in words, and the engine goes on', { skip }, () => browsing.visit(async (lab) => {
    const files = fs.readdirSync(nasty, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
    assert.ok(files.length >= 188, `only ${files.length} files are there`);
    const card = await lab.addClass('nasty');
    await lab.addFiles(card, files);
    // Files are read in their order: once this one is seen, all before it were answered.
    const last = await lab.addClass('last');
    await lab.addFiles(last, fruit()[0].files.slice(0, 1));
    await lab.thumbnails(1, last);
    assert.equal(await lab.engineState(), 'ready');
    const refusals = await lab.refusals();
    assert.equal(await lab.countOn(card) + refusals.length, files.length);
    assert.ok(refusals.length > 0 && refusals.every((line) => line.length > 30), refusals.join(' | '));
  }));

  test('a picture can be removed', () => browsing.visit(async (lab) => {
    const card = await lab.addClass('shrinking');
    await lab.addFiles(card, fruit()[0].files.slice(0, 3));
    const thumbnails = await lab.thumbnails(3, card);
    await thumbnails.nth(1).hover();
    const remove = lab.part('remove-picture', thumbnails.nth(1));
    await remove.click();
    await lab.thumbnails(2, card);
    assert.equal(await lab.countOn(card), 2);
  }));

  test('a class can be renamed and deleted with its pictures', () => browsing.visit(async (lab) => {
    await lab.chooseFolder(fruitFolder(2, 3));
    await lab.thumbnails(6);
    const [{ name }] = fruit();
    await lab.rename(await lab.classNamed(name), 'something else');
    assert.ok((await lab.classNames()).includes('something else'));
    await lab.part('remove-class', await lab.classNamed('something else')).click();
    await lab.thumbnails(3);
    assert.ok(!(await lab.classNames()).includes('something else'));
  }));

  test('hostile names stay text', () => browsing.visit(async (lab) => {
    const hostile = '<img src=x onerror="window.harmed=true">';
    await lab.page.evaluate(() => { window.harmed = false; });
    const card = await lab.addClass(hostile);
    const folder = emptyFolder();
    const named = (name, bytes) => {
      const file = path.join(folder, name);
      fs.writeFileSync(file, bytes);
      return file;
    };
    await lab.addFiles(card, [
      named('<img src=x onerror=window.harmed=true>.png', fs.readFileSync(fruit()[0].files[0])),
      named('<svg onload=window.harmed=true>.png', 'not a picture'),
    ]);
    await lab.thumbnails(1, card);
    await eventually(async () => assert.ok((await lab.refusals()).join().includes('<svg onload=window.harmed=true>.png')));
    assert.ok((await lab.classNames()).includes(hostile));
    assert.equal(await lab.page.locator('img[src="x"], svg[onload]').count(), 0);
    assert.equal(await lab.page.evaluate(() => window.harmed), false);
  }));

  test('drawn samples need no files, and one takes the place of another', () => browsing.visit(async (lab) => {
    for (const [sample, name] of [['sample-fruit', 'Apple'], ['sample-fabric', 'Twill'], ['sample-glyphs', 'Oru']]) {
      await lab.part(sample).click();
      await eventually(async () => assert.ok((await lab.classNames()).includes(name)), 60_000);
      await eventually(async () => assert.ok(await lab.part('thumbnail').count() >= 10), 60_000);
      await eventually(async () => assert.equal(await lab.part(sample).getAttribute('aria-busy'), 'false'), 60_000);
    }
    assert.ok(!(await lab.classNames()).includes('Apple'));
  }));
});
