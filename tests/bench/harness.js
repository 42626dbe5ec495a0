// Puts the contestants into workers, each on a page and in a process of its own, and calls them
// from here. What they are is in `page/`.
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launch } from '../e2e/lib/browser.js';
import { built, serveFolders } from '../e2e/lib/server.js';
import { busiest, peakMegabytes } from './memory.js';

const here = fileURLToPath(new URL('.', import.meta.url));

// Pages with these get a fine clock and, where they want them, threads.
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/** Serves the harness, starts a browser, and ends both after `work`, which gets a starter. */
export async function contest(work) {
  const server = await serveFolders({
    '/page/': path.join(here, 'page'),
    '/peer/': path.join(here, 'node_modules/@tensorflow'),
    '/program/': built('PROGRAM', 'target/dist-programs/bench'),
  }, ISOLATED);
  try {
    const browser = await launch();
    try {
      return await work((script) => Contestant.start(browser, server.address, script));
    } finally {
      await browser.close();
    }
  } finally {
    await server.stop();
  }
}

/** A worker that computes when it is called. */
class Contestant {
  static async start(browser, address, script) {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${address}page/index.html`);
    const started = page.waitForEvent('worker');
    await page.evaluate((url) => { window.worker = new Worker(url, { type: 'module' }); }, `${address}page/${script}`);
    const contestant = new Contestant(browser, context, await started);
    await contestant.ready();
    return contestant;
  }

  constructor(browser, context, worker) {
    this.browser = browser;
    this.context = context;
    this.worker = worker;
    this.process = null;
  }

  async ready() {
    await this.worker.evaluate(async () => {
      while (!self.ready) await new Promise((resolve) => { setTimeout(resolve, 10); });
      await self.ready;
    });
  }

  /** Calls a function of the worker. */
  async call(name, ...values) {
    const call = () => this.worker.evaluate(([name, values]) => self.contestant[name](...values), [name, values]);
    if (this.process !== null) return call();
    const { result, id } = await busiest(this.browser, call);
    this.process = id;
    return result;
  }

  /**
   * Calls a function for the second time: a browser compiles wasm quickly first, and well only
   * when it has seen what runs often.
   */
  async warmCall(name, ...values) {
    await this.call(name, ...values);
    return this.call(name, ...values);
  }

  /** The most megabytes that its process held so far. */
  peakMegabytes() {
    return this.process === null ? null : peakMegabytes(this.process);
  }

  async stop() {
    await this.context.close();
  }
}
