// Pictures out of archives, from the clipboard and from the camera.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';
import { emptyFolder, fruit, fruitFolder } from './lib/pictures.js';
import { zip } from './lib/zip.js';

const bytes = (place, picture) => fs.readFileSync(fruit()[place].files[picture]);

/** An archive in a file of this name. */
function archive(name, entries) {
  const file = path.join(emptyFolder(), name);
  fs.writeFileSync(file, zip(entries));
  return file;
}

/** Pastes a file where the focus is, as a browser does. */
const paste = (lab, file, name) => lab.page.evaluate(([content, called]) => {
  const raw = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const clipboardData = new DataTransfer();
  clipboardData.items.add(new File([raw], called, { type: 'image/png' }));
  const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
  (document.activeElement ?? document.body).dispatchEvent(event);
}, [file.toString('base64'), name]);

/** Allows the camera, which the browser draws itself. */
const withCamera = { prepare: (context) => context.grantPermissions(['camera']) };

describe('intake', { timeout: 600_000 }, () => {
  let browsing;
  before(async () => { browsing = await Browsing.start(); });
  after(() => browsing?.stop());

  test('the folders of an archive become classes, and what cannot be had is refused by name', () => browsing.visit(async (lab) => {
    const hostile = '<img src=x onerror=window.harmed=true>';
    await lab.page.evaluate(() => { window.harmed = false; });
    const entries = [0, 1, 2].flatMap((picture) => [
      { name: `market/Apple/${picture}.png`, bytes: bytes(0, picture) },
      { name: `market/deep/er/${hostile}/${picture}.png`, bytes: bytes(1, picture) },
    ]);
    entries.push(
      { name: '../../up.png', bytes: bytes(0, 3) },
      { name: 'market/Apple/locked.png', bytes: bytes(0, 4), flags: 1 },
      { name: 'market/Apple/notes.txt', bytes: Buffer.from('only text') },
      { name: 'market/Apple/within.zip', bytes: zip([{ name: 'a.png', bytes: bytes(0, 5) }]) },
      { name: '__MACOSX/market/Apple/._0.png', bytes: Buffer.from('clutter') },
    );
    await lab.part('choose-files').setInputFiles(archive('market.zip', entries));
    await lab.thumbnails(6);
    assert.deepEqual(await lab.classNames(), ['Apple', hostile]);
    await eventually(async () => assert.equal((await lab.refusals()).length, 4));
    const refusals = await lab.refusals();
    for (const name of ['../../up.png', 'locked.png', 'notes.txt', 'within.zip']) {
      const line = refusals.find((refusal) => refusal.includes(name));
      assert.ok(line && line.length > name.length + 20, `no reason for ${name}: ${refusals.join(' | ')}`);
    }
    assert.equal(await lab.page.locator('img[src="x"]').count(), 0);
    assert.equal(await lab.page.evaluate(() => window.harmed), false);
  }));

  test('an archive dropped on a class goes into it', () => browsing.visit(async (lab) => {
    const card = await lab.addClass('dropped');
    const entries = [0, 1].map((picture) => ({ name: `${picture}.png`, bytes: bytes(0, picture) }));
    await lab.drop([archive('loose.zip', entries)], lab.part('class-count', card));
    await lab.thumbnails(2, card);
  }));

  test('what is no archive is refused in words and the engine goes on', () => browsing.visit(async (lab) => {
    const file = path.join(emptyFolder(), 'broken.zip');
    fs.writeFileSync(file, 'This is only text.');
    await lab.part('choose-files').setInputFiles(file);
    await eventually(async () => assert.match((await lab.refusals()).join(), /broken\.zip.*ZIP/s));
    assert.equal(await lab.engineState(), 'ready');
  }));

  test('pictures of an archive outlive the engine', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    const entries = [0, 1].map((picture) => ({ name: `Apple/${picture}.png`, bytes: bytes(0, picture) }));
    await lab.part('choose-files').setInputFiles(archive('set.zip', entries));
    await lab.thumbnails(2);
    await lab.page.evaluate(() => { for (const worker of window.startedWorkers) worker.onerror(new Event('error')); });
    await lab.part('restart-engine').click();
    await lab.engineReady();
    await lab.thumbnails(2);
  }, {
    prepare: (context) => context.addInitScript(() => {
      window.startedWorkers = [];
      const Started = window.Worker;
      window.Worker = class extends Started {
        constructor(...given) {
          super(...given);
          window.startedWorkers.push(this);
        }
      };
    }),
  }));

  test('a pasted picture goes where the focus is, else into the first empty class', () => browsing.visit(async (lab) => {
    const card = await lab.addClass('pasted');
    await lab.part('class-name', card).focus();
    await paste(lab, bytes(0, 0), 'image.png');
    await lab.thumbnails(1, card);
    await lab.page.evaluate(() => document.activeElement.blur());
    await paste(lab, Buffer.from('no picture'), 'image.png');
    await eventually(async () => assert.match((await lab.refusals()).join(), /pasted 2\.png/));
    await paste(lab, bytes(0, 1), 'own name.png');
    await lab.thumbnails(1, lab.classAt(0));
  }));

  test('reading can be given up, and what was read stays', () => browsing.visit(async (lab) => {
    const entries = Array.from({ length: 400 }, (_, number) => ({ name: `Apple/${number}.png`, bytes: bytes(0, number % 10) }));
    const file = archive('many.zip', entries);
    await lab.engineReady();
    await lab.part('choose-files').setInputFiles(file);
    await lab.part('reading-progress').filter({ hasText: /Reading \d+ of 400/ }).waitFor();
    await lab.part('cancel-reading').click();
    await lab.part('reading').waitFor({ state: 'detached' });
    const card = await lab.classNamed('Apple');
    const kept = await lab.countOn(card);
    assert.ok(kept < 400, `${kept} were read`);
    assert.equal(await lab.page.locator('.thumb.reading').count(), 0);
    assert.deepEqual(await lab.refusals(), []);
    // Pictures that come later are read as ever.
    await lab.addFiles(await lab.addClass('later'), fruit()[1].files.slice(0, 2));
    await lab.thumbnails(2, await lab.classNamed('later'));
  }));

  test('the camera fills a class one by one and in bursts, and is let go', () => browsing.visit(async (lab) => {
    const card = lab.classAt(0);
    await lab.part('use-camera', card).click();
    const camera = lab.part('camera', card);
    await eventually(async () => assert.equal(await camera.getAttribute('data-state'), 'on'));
    await eventually(async () => {
      await lab.part('take-one', card).click();
      assert.ok(await lab.countOn(card) > 0);
    });
    const before = await lab.countOn(card);
    await lab.part('record-burst', card).click();
    await eventually(async () => assert.ok(await lab.countOn(card) >= before + 3));
    await lab.part('record-burst', card).click();
    const stopped = await lab.countOn(card);
    await lab.thumbnails(Math.min(stopped, 15), card);
    const video = await lab.part('camera', card).locator('video').elementHandle();
    const track = await video.evaluateHandle((element) => element.srcObject.getTracks()[0]);
    await lab.part('close-camera', card).click();
    assert.equal(await track.evaluate((ended) => ended.readyState), 'ended');
    assert.deepEqual(await lab.refusals(), []);
  }, withCamera));

  test('a camera that may not be used says what to do', () => browsing.visit(async (lab) => {
    await lab.part('use-camera', lab.classAt(0)).click();
    await eventually(async () => assert.match(await lab.part('camera-refused').innerText(), /may not use the camera.*Allow it/s));
  }, {
    prepare: (context) => context.addInitScript(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('denied', 'NotAllowedError'));
    }),
  }));

  test('both models answer what the camera sees, again and again', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    await lab.chooseFolder(fruitFolder(2, 6));
    await lab.thumbnails(12);
    await lab.set({ 'device-choice': 'cpu', seed: 7, 'cold-epochs': 2, 'warm-epochs': 1 });
    await lab.cut(1);
    await lab.part('start-both').click();
    await lab.score('cold');
    await lab.score('warm');
    await lab.part('ask-camera').click();
    const answers = lab.part('answer', lab.part('answers'));
    await eventually(async () => assert.equal(await answers.count(), 2), 60_000);
    assert.match(await lab.part('latency').first().innerText(), /^\d+(\.\d)?\sms$/);
    const image = lab.page.locator('#use .shot img');
    const seen = new Set();
    await eventually(async () => {
      seen.add(await image.getAttribute('src'));
      assert.ok(seen.size >= 3, `${seen.size} pictures were asked about`);
    }, 60_000);
    await lab.part('close-camera').click();
    // A file takes the camera's place.
    assert.equal((await lab.ask(fruit()[0].files.at(-1), 2)).length, 2);
  }, withCamera));
});
