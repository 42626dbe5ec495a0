// The engine arrives after the page and may be lost; the page is there before, during and after.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';
import { fruit } from './lib/pictures.js';

const ENGINE = '**/worker_bg.wasm';

describe('engine', { timeout: 300_000 }, () => {
  let browsing;
  before(async () => { browsing = await Browsing.start(); });
  after(() => browsing?.stop());

  test('classes can be named and filled before the engine has arrived', async () => {
    let release;
    const held = new Promise((resolve) => { release = resolve; });
    await browsing.visit(async (lab) => {
      const card = await lab.addClass('early');
      await lab.addFiles(card, fruit()[0].files.slice(0, 2));
      assert.equal(await lab.engineState(), 'loading');
      assert.ok((await lab.classNames()).includes('early'));
      assert.equal(await lab.part('thumbnail', card).locator('img').count(), 0);
      release();
      await lab.engineReady();
      await lab.thumbnails(2, card);
      assert.equal(await lab.countOn(card), 2);
    }, { prepare: (context) => context.route(ENGINE, async (route) => { await held; await route.continue(); }) });
  });

  test('the page says so when the engine cannot be loaded', () => browsing.visit(async (lab) => {
    await eventually(async () => assert.equal(await lab.engineState(), 'lost'));
    await lab.addClass('still here');
    assert.ok((await lab.classNames()).includes('still here'));
  }, { prepare: (context) => context.route(ENGINE, (route) => route.abort()), allow: [/ERR_FAILED/, /fetch/i] }));

  test('the page survives an engine that breaks off, says so, and can start it again', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    const card = await lab.addClass('kept');
    await lab.addFiles(card, fruit()[0].files.slice(0, 2));
    await lab.thumbnails(2, card);
    const [worker] = lab.page.workers();
    assert.ok(worker, 'the page has no worker');
    await worker.evaluate(() => { setTimeout(() => { throw new Error('broken by a test'); }); });
    await eventually(async () => assert.equal(await lab.engineState(), 'lost'));
    await lab.addClass('still here');
    assert.ok((await lab.classNames()).includes('still here'));

    await lab.part('restart-engine').click();
    await lab.engineReady();
    await lab.thumbnails(2, card);
    assert.match(await lab.part('requests').innerText(), /^0 /);
  }, { allow: [/broken by a test/] }));

  test('drawn pictures that were removed stay away from an engine that is started again', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    await lab.part('sample-fruit').click();
    await eventually(async () => assert.ok(await lab.part('start-both').isEnabled()), 60_000);
    const names = await lab.classNames();
    const whole = await lab.countOn(lab.classAt(0));
    await lab.part('thumbnail', lab.classAt(0)).first().hover();
    await lab.part('remove-picture', lab.classAt(0)).first().click();
    await lab.part('remove-class', lab.classAt(1)).click();
    await lab.rename(lab.classAt(0), 'renamed');
    const left = ['renamed', ...names.slice(2)];
    assert.deepEqual(await lab.classNames(), left);

    await lab.page.workers()[0].evaluate(() => { setTimeout(() => { throw new Error('broken by a test'); }); });
    await eventually(async () => assert.equal(await lab.engineState(), 'lost'));
    await lab.part('restart-engine').click();
    await lab.engineReady();
    await eventually(async () => assert.ok(await lab.part('start-both').isEnabled()), 60_000);
    assert.deepEqual(await lab.classNames(), left);
    assert.equal(await lab.countOn(lab.classAt(0)), whole - 1);
    assert.equal(await lab.countOn(lab.classAt(1)), whole);
  }, { allow: [/broken by a test/] }));

  test('the device that runs is shown', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    assert.ok((await lab.part('device').innerText()).trim().length > 2);
    await lab.part('device').press('Enter');
    assert.match(await lab.page.locator('.device p').innerText(), /\w+ \w+/);
  }));
});
