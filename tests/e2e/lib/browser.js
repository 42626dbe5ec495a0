// A real browser, and pages in it that remember everything they asked for and complained about.
import assert from 'node:assert/strict';
import { chromium } from 'playwright-core';
import { Lab } from './lab.js';
import { serveSite } from './server.js';

const FLAGS = [
  '--no-sandbox', '--disable-dev-shm-usage', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run', '--disable-quic',
  // A camera that the browser draws itself; a page is asked for it as for any other.
  '--use-fake-device-for-media-stream',
];

/** Starts the browser that the tests run in. */
export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: FLAGS,
});

/** The browser and the site of a test file. */
export class Browsing {
  static async start() {
    const site = await serveSite();
    try {
      return new Browsing(site, await launch());
    } catch (error) {
      await site.stop();
      throw error;
    }
  }

  constructor(site, browser) {
    this.site = site;
    this.browser = browser;
  }

  async stop() {
    await this.browser.close();
    await this.site.stop();
  }

  /**
   * Runs a test on a fresh page, as a visitor who was never here, and then asserts that nothing
   * went wrong behind it. `prepare` gets the browser context before the page is
   * loaded; `allow` lists complaints that the test itself provokes.
   */
  async visit(test, { prepare = async () => {}, allow = [], address = this.site.address } = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 900 } });
    const requests = [];
    const complaints = [];
    try {
      await prepare(context);
      context.on('request', (request) => requests.push(request.url()));
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
      });
      page.on('pageerror', (error) => complaints.push(`page: ${error.message}`));
      page.on('crash', () => complaints.push('the page crashed'));
      await page.goto(address);
      const result = await test(new Lab(page, { address, requests }));
      const unexpected = complaints.filter((complaint) => !allow.some((pattern) => pattern.test(complaint)));
      assert.deepEqual(unexpected, [], 'errors on the page');
      return result;
    } finally {
      await context.close();
    }
  }
}
