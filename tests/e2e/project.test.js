// A project in one file: saved on one page, and the same again on another.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';
import { classesOf, emptyFolder, fruitFolder } from './lib/pictures.js';
import { zip } from './lib/zip.js';

/** Saves the project under a name of its own and returns the file. */
async function save(lab, name) {
  const [download] = await Promise.all([
    lab.page.waitForEvent('download', { timeout: 60_000 }),
    lab.part('save-project').click({ timeout: 60_000 }),
  ]);
  assert.equal(download.suggestedFilename(), 'headstart-project.zip');
  const file = path.join(emptyFolder(), name);
  await download.saveAs(file);
  return file;
}

/** Every class with the number of its pictures, once none is on its way any more. */
const settled = (lab, pictures) => eventually(async () => {
  const names = await lab.classNames();
  const counts = await Promise.all(names.map((_, place) => lab.countOn(lab.classAt(place))));
  assert.equal(counts.reduce((sum, count) => sum + count, 0), pictures);
  assert.equal(await lab.page.locator('.thumb.reading').count(), 0);
  return names.map((name, place) => ({ name, count: counts[place] }));
}, 120_000);

const sum = (classes) => classes.reduce((all, { count }) => all + count, 0);

describe('project', { timeout: 600_000 }, () => {
  let browsing;
  before(async () => { browsing = await Browsing.start(); });
  after(() => browsing?.stop());

  test('files, a drawn sample without a picture, an empty class and settings come back from one file', async () => {
    const hostile = '../<img src=x onerror=window.harmed=true>';
    const { file, classes } = await browsing.visit(async (lab) => {
      await lab.engineReady();
      await lab.chooseFolder(fruitFolder(2, 5));
      await lab.thumbnails(10);
      await lab.rename(lab.classAt(0), hostile);
      await lab.addClass('empty');
      await lab.part('sample-fabric').click();
      await eventually(async () => assert.ok((await lab.classNames()).length > 3), 60_000);
      await eventually(async () => assert.equal(await lab.part('sample-fabric').getAttribute('aria-busy'), 'false'), 120_000);
      const names = await lab.classNames();
      const drawn = lab.classAt(3);
      const before = await lab.countOn(drawn);
      assert.ok(before > 4, `${before} pictures were drawn`);
      await lab.part('look', drawn).nth(0).focus();
      await lab.page.keyboard.press('Delete');
      await eventually(async () => assert.equal(await lab.countOn(drawn), before - 1));
      await lab.set({ 'cold-epochs': 31, seed: 77 });
      await lab.cut(9);
      const counts = await Promise.all(names.map((_, place) => lab.countOn(lab.classAt(place))));
      const classes = names.map((name, place) => ({ name, count: counts[place] }));
      const file = await save(lab, 'any other name.ZIP');
      await eventually(async () => assert.equal(await lab.part('saving').getAttribute('data-state'), 'saved'));
      await lab.part('dismiss-saving').click();
      assert.equal(await lab.part('saving').count(), 0);
      return { file, classes };
    });
    assert.deepEqual(classes.slice(0, 3).map(({ count }) => count), [5, 5, 0]);

    const again = await browsing.visit(async (lab) => {
      await lab.page.evaluate(() => { window.harmed = false; });
      await lab.drop([file]);
      assert.deepEqual(await settled(lab, sum(classes)), classes);
      assert.deepEqual(await lab.refusals(), []);
      assert.equal(await lab.part('cold-epochs').inputValue(), '31');
      assert.equal(await lab.part('seed').inputValue(), '77');
      assert.equal(await lab.part('cut-slider').inputValue(), '9');
      assert.equal(await lab.page.evaluate(() => window.harmed), false);
      return save(lab, 'second.zip');
    });
    // Saved from the archive, it is the same file.
    assert.deepEqual(fs.readFileSync(again), fs.readFileSync(file));
  });

  test('a file that has gone from the disk is named, and the rest is saved', () => browsing.visit(async (lab) => {
    const folder = fruitFolder(2, 5);
    await lab.engineReady();
    await lab.chooseFolder(folder);
    await lab.thumbnails(10);
    const gone = classesOf(folder)[0].files[2];
    fs.rmSync(gone);
    const file = await save(lab, 'rest.zip');
    await eventually(async () => assert.equal(await lab.part('saving').getAttribute('data-state'), 'incomplete'));
    assert.match((await lab.part('missing').allInnerTexts()).join(), new RegExp(path.basename(gone)));
    await browsing.visit(async (other) => {
      await other.part('choose-files').setInputFiles(file);
      assert.deepEqual((await settled(other, 9)).map(({ count }) => count), [4, 5]);
    });
  }, { allow: [/ERR_FILE_NOT_FOUND|ERR_UPLOAD_FILE_CHANGED/] }));

  test('what cannot be saved says why, and the keyboard keeps its place', () => browsing.visit(async (lab) => {
    const save = lab.part('save-project');
    await lab.engineReady();
    assert.equal(await save.getAttribute('aria-disabled'), 'true');
    await save.focus();
    await lab.page.keyboard.press('Enter');
    await eventually(async () => assert.match(await lab.page.getByRole('status').last().innerText(), /nothing to save/));
    await lab.chooseFolder(fruitFolder(2, 5));
    await lab.thumbnails(10);
    await save.focus();
    const [download] = await Promise.all([
      lab.page.waitForEvent('download', { timeout: 60_000 }),
      lab.page.keyboard.press('Enter'),
    ]);
    assert.equal(download.suggestedFilename(), 'headstart-project.zip');
    await lab.part('dismiss-saving').focus();
    await lab.page.keyboard.press('Enter');
    assert.equal(await lab.page.evaluate(() => document.activeElement?.id), 'save-project');
  }));

  test('notes that make no sense are told, and the pictures come by their folders', () => browsing.visit(async (lab) => {
    const [{ name, files }] = classesOf(fruitFolder(1, 3));
    const entries = files.map((file) => ({ name: `${name}/${path.basename(file)}`, bytes: fs.readFileSync(file) }));
    entries.push({ name: 'headstart.json', bytes: Buffer.from('{"format":1,') });
    const file = path.join(emptyFolder(), 'broken.zip');
    fs.writeFileSync(file, zip(entries));
    await lab.part('choose-files').setInputFiles(file);
    await lab.thumbnails(3, await eventually(() => lab.classNamed(name)));
    assert.match((await lab.refusals()).join(), /headstart\.json.*cannot be read/s);
  }));
});
