// The page as a visitor knows it: what can be found on it and done with it. The only file that
// knows how the page marks its parts.
import assert from 'node:assert/strict';

const named = (name) => `[data-test="${name}"]`;

export class Lab {
  constructor(page, { address, requests }) {
    this.page = page;
    this.address = address;
    this.requests = requests;
  }

  /** The parts of the page with this mark, or of one part of it. */
  part(name, inside = this.page) {
    return inside.locator(named(name));
  }

  async engineReady() {
    await this.page.locator(`${named('engine-state')}[data-state="ready"]`).waitFor({ state: 'attached', timeout: 120_000 });
  }

  async engineState() {
    return this.part('engine-state').getAttribute('data-state');
  }

  // Pictures

  /** The card of the class with this name. */
  async classNamed(name) {
    const place = (await this.classNames()).indexOf(name);
    assert.notEqual(place, -1, `no class is named ${name}`);
    return this.classAt(place);
  }

  /** The card of a class by its place on the page. */
  classAt(index) {
    return this.part('class').nth(index);
  }

  async classNames() {
    return this.part('class-name').evaluateAll((inputs) => inputs.map((input) => input.value));
  }

  /** Adds a class with this name and returns its card. */
  async addClass(name) {
    const before = await this.part('class').count();
    await this.part('add-class').click();
    const card = this.classAt(before);
    await this.rename(card, name);
    return card;
  }

  async rename(card, name) {
    const input = this.part('class-name', card);
    await input.fill(name);
    await input.press('Enter');
  }

  /** Chooses files for a class by its own button. */
  async addFiles(card, files) {
    const part = this.part('add-files', card);
    const isInput = await part.evaluate((element) => element instanceof HTMLInputElement);
    await (isInput ? part : part.locator('input[type="file"]')).setInputFiles(files);
  }

  /** Chooses a folder of folders, which become classes. */
  async chooseFolder(folder) {
    await this.part('choose-folder').setInputFiles(folder);
  }

  /** Drops files or folders from the desktop onto a part of the page. */
  async drop(files, target = this.part('add-class')) {
    await target.scrollIntoViewIfNeeded();
    const box = await target.boundingBox();
    assert.ok(box, 'the part to drop on is not on the page');
    const session = await this.page.context().newCDPSession(this.page);
    const data = { items: [], files, dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop']) {
      await session.send('Input.dispatchDragEvent', { type, x: box.x + box.width / 2, y: box.y + box.height / 2, data });
    }
    await session.detach();
  }

  /**
   * Waits until so many pictures are seen, in one class or in all; a card shows its first fifteen.
   * Pictures that the engine has not read yet do not count.
   */
  async thumbnails(count, card = this.page) {
    const seen = this.part('thumbnail', card).filter({ has: this.page.locator('img') });
    await eventually(async () => assert.equal(await seen.count(), count), 60_000);
    return seen;
  }

  /** The number on a card. */
  async countOn(card) {
    return Number((await this.part('class-count', card).innerText()).match(/\d+/)?.[0]);
  }

  // Training

  /** Opens the settings and sets some: seed, cold-epochs, warm-epochs, device-choice. */
  async set(values) {
    const settings = this.part('settings');
    if (!(await settings.evaluate((details) => details.open))) await settings.locator('summary').first().click();
    for (const [name, value] of Object.entries(values)) {
      if (name === 'device-choice') await this.part(name).selectOption(value);
      else {
        await this.part(name).fill(String(value));
        await this.part(name).press('Tab');
      }
    }
  }

  /** Moves the line between frozen and learning: 0 is head only, 18 everything. */
  async cut(position) {
    await this.part('cut-slider').fill(String(position));
  }

  lane(name) {
    return this.part(`lane-${name}`);
  }

  /** Waits for the end of a lane's run and returns its score: right answers, in percent, of how many. */
  async score(lane, timeout = 240_000) {
    const score = this.part('test-score', this.lane(lane));
    await score.waitFor({ timeout });
    const text = await score.innerText();
    const [, percent, of] = text.match(/([\d.]+)\s*%\s*of\s*(\d+)/) ?? assert.fail(`this is no score: ${text}`);
    return { percent: Number(percent), of: Number(of) };
  }

  /** The rows of a lane's table of epochs, each a list of texts; none before it is open. Opens it. */
  epochs(lane) {
    return this.page.evaluate((marked) => {
      const table = document.querySelector(marked);
      const details = table?.closest('details');
      if (details && !details.open) details.querySelector('summary').click();
      const rows = table?.querySelectorAll('tbody tr') ?? [];
      return [...rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
    }, `${named(`lane-${lane}`)} ${named('curve-table')}`);
  }

  /** Waits until a lane's table has at least so many rows, and returns them. */
  epochsFrom(lane, count, timeout = 120_000) {
    return eventually(async () => {
      const rows = await this.epochs(lane);
      assert.ok(rows.length >= count, `${rows.length} of ${count} epochs are in the table`);
      return rows;
    }, timeout);
  }

  // Asking

  /** Asks about a picture and returns, a lane, the rows of names and percents. */
  async ask(file, models) {
    await this.part('ask-file').setInputFiles(file);
    const answers = this.part('answer', this.part('answers'));
    await eventually(async () => assert.equal(await answers.count(), models), 60_000);
    return answers.evaluateAll((lanes, row) => lanes.map((lane) => [...lane.querySelectorAll(row)].map((element) => ({
      meters: element.querySelectorAll('meter, progress, [role="meter"], [role="progressbar"]').length,
      percent: Number(element.textContent.match(/(\d+(?:[.,]\d+)?)\s*%/)?.[1].replace(',', '.')),
      text: element.textContent,
    }))), named('answer-row'));
  }

  /** The refusals that are shown, as texts. */
  async refusals() {
    return this.part('refusal', this.part('refusals')).allInnerTexts();
  }
}

/** Repeats an assertion until it holds or the time is up; then its last failure is thrown. */
export async function eventually(assertion, timeout = 30_000) {
  const end = Date.now() + timeout;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
