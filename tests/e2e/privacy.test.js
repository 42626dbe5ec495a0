// Nothing leaves the machine: not by accident, and not even if somebody tried.
import assert from 'node:assert/strict';
import os from 'node:os';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { fruit, fruitFolder } from './lib/pictures.js';
import { serveBare, serveStranger } from './lib/server.js';

const onTheNetwork = (requests) => requests.filter((address) => /^https?:/.test(address));

describe('privacy', { timeout: 300_000 }, () => {
  let browsing;
  let stranger;
  before(async () => {
    browsing = await Browsing.start();
    stranger = await serveStranger();
  });
  after(async () => {
    await browsing?.stop();
    await stranger?.stop();
  });

  test('training and asking make no request at all', () => browsing.visit(async (lab) => {
    await lab.engineReady();
    const atLoad = onTheNetwork(lab.requests).length;
    assert.ok(lab.requests.some((address) => address.endsWith('/worker_bg.wasm')), 'the requests of the worker are not seen');

    await lab.chooseFolder(fruitFolder(2, 10));
    await lab.thumbnails(20);
    await lab.set({ 'device-choice': 'cpu', 'cold-epochs': 5, 'warm-epochs': 1 });
    await lab.part('start-both').click();
    await lab.score('cold');
    await lab.score('warm');
    await lab.ask(fruit()[0].files.at(-1), 2);

    assert.deepEqual(onTheNetwork(lab.requests).slice(atLoad), []);
    assert.deepEqual(onTheNetwork(lab.requests).filter((address) => !address.startsWith(lab.address)), []);
    assert.match(await lab.part('requests').innerText(), /\b0 requests/);
  }));

  const tellStranger = async (address) => {
    try {
      await fetch(address, { method: 'POST', body: 'a picture' });
      return 'sent';
    } catch (error) {
      return error.name;
    }
  };

  for (const host of ['our host', 'a host that sends no headers']) {
    test(`neither page nor any worker can send anything to a stranger, on ${host}`, async () => {
      const bare = host === 'our host' ? null : await serveBare();
      try {
        await browsing.visit(async (lab) => {
          await lab.engineReady();
          const workers = lab.page.workers();
          assert.ok(workers.length >= Math.min(os.availableParallelism(), 2), 'the workers of the worker are not seen');
          for (const place of [lab.page, ...workers]) {
            assert.equal(await place.evaluate(tellStranger, stranger.address), 'TypeError', place.url());
          }
          assert.equal(stranger.requests(), 0);
        }, { address: bare?.address, allow: [/Content Security Policy/i, /Fetch API cannot load/i] });
      } finally {
        await bare?.stop();
      }
    });
  }

  test('the stranger would have answered', async () => {
    assert.equal(await (await fetch(stranger.address)).text(), 'hello');
    assert.equal(stranger.requests(), 1);
  });

  test('every file comes with the policy and its type', async () => {
    for (const [file, type] of [['', 'text/html'], ['pkg/worker_bg.wasm', 'application/wasm'], ['pkg/app.js', 'text/javascript']]) {
      const reply = await fetch(new URL(file, browsing.site.address));
      await reply.arrayBuffer();
      assert.equal(reply.status, 200, file);
      assert.ok(reply.headers.get('content-type').startsWith(type), file);
      assert.match(reply.headers.get('content-security-policy'), /default-src 'none'.*connect-src 'self'/, file);
      assert.equal(reply.headers.get('x-content-type-options'), 'nosniff', file);
      assert.equal(reply.headers.get('cache-control'), 'no-cache', file);
      const again = await fetch(new URL(file, browsing.site.address), { headers: { 'if-none-match': reply.headers.get('etag') } });
      assert.equal(again.status, 304, file);
    }
  });
});
