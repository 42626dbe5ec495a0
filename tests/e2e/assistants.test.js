// How many engines compute, and that it makes no difference to what they find.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';

const EPOCHS = { 'cold-epochs': 4, 'warm-epochs': 2 };

/**
 * Has the page and its workers see a machine of so many cores and gibibytes of memory, from before their
 * first script, and has the session's worker count the workers that it starts and the jobs that it gives
 * them, as `assistants` and `jobs`.
 */
const machine = (seen) => (context) => context.addInitScript((told) => {
  const pin = ({ cores, memory }) => {
    for (const [name, value] of Object.entries({ hardwareConcurrency: cores, deviceMemory: memory })) {
      Object.defineProperty(Object.getPrototypeOf(navigator), name, { configurable: true, get: () => value });
    }
  };
  const count = () => {
    Object.assign(self, { assistants: 0, jobs: 0 });
    self.Worker = class extends self.Worker {
      constructor(...options) {
        super(...options);
        self.assistants += 1;
      }

      postMessage(message, ...moved) {
        if (message.job !== undefined) self.jobs += 1;
        super.postMessage(message, ...moved);
      }
    };
  };
  pin(told);
  // A worker's script is text in a blob; this goes in front of it.
  const first = `(${pin})(${JSON.stringify(told)});\n(${count})();\n`;
  self.Blob = class extends self.Blob {
    constructor(parts, options) {
      super(options?.type === 'text/javascript' ? [first, ...parts] : parts, options);
    }
  };
}, seen);

/** What the session's worker has seen and counted. */
async function session(lab) {
  const all = await Promise.all(lab.page.workers().map((worker) => worker.evaluate(() => {
    const { name, assistants, jobs, navigator: { hardwareConcurrency: cores, deviceMemory: memory } } = self;
    return { name, assistants, jobs, cores, memory };
  })));
  const [{ name, ...counted }, ...others] = all.filter((worker) => worker.name !== 'assistant');
  assert.equal(others.length, 0, 'one session serves the page');
  return counted;
}

async function onTheCpu(lab) {
  await lab.engineReady();
  await lab.set({ 'device-choice': 'cpu', seed: 7, ...EPOCHS });
  await eventually(async () => assert.match(await lab.part('device').innerText(), /CPU/));
}

/** Trains both ways on drawn fruit and returns what is shown of it, but for times, and who did it. */
async function raced(lab) {
  await onTheCpu(lab);
  await lab.part('sample-fruit').click();
  await eventually(async () => assert.ok(await lab.part('start-both').isEnabled()), 60_000);
  await lab.cut(4);
  await lab.part('start-both').click();
  const shown = {};
  for (const lane of ['cold', 'warm']) {
    const score = await lab.score(lane);
    // The last column is the computing time.
    const curve = (await lab.epochsFrom(lane, EPOCHS[`${lane}-epochs`])).map((row) => row.slice(0, -1));
    shown[lane] = { score, curve };
  }
  return { shown, ...await session(lab) };
}

describe('assistants', { timeout: 600_000 }, () => {
  let browsing;
  before(async () => { browsing = await Browsing.start(); });
  after(() => browsing?.stop());

  test('one core and two find the same, digit by digit', async () => {
    const visits = [];
    for (const cores of [1, 2]) visits.push(await browsing.visit(raced, { prepare: machine({ cores, memory: 8 }) }));
    const [one, two] = visits;
    assert.deepEqual([one.cores, two.cores], [1, 2]);
    assert.equal(one.assistants, 0);
    assert.equal(two.assistants, 1);
    assert.ok(two.jobs > 0, 'the assistant had nothing to do');
    for (const lane of ['cold', 'warm']) assert.ok(one.shown[lane].curve.length >= EPOCHS[`${lane}-epochs`]);
    assert.deepEqual(two.shown, one.shown);
  });

  test('a machine with little memory gets as few engines as fit, however many cores it has', async () => {
    for (const [memory, assistants] of [[0.5, 0], [1, 0], [2, 1]]) {
      await browsing.visit(async (lab) => {
        await onTheCpu(lab);
        const seen = await session(lab);
        assert.equal(seen.memory, memory);
        assert.equal(seen.cores, 8);
        assert.equal(seen.assistants, assistants, `with ${memory} GiB`);
        const told = (await lab.part('device').innerText()).match(/(\d+) workers/)?.[1];
        assert.equal(Number(told ?? 1), 1 + assistants, 'the page says how many compute');
        await eventually(async () => assert.equal(lab.page.workers().length, 1 + assistants));
      }, { prepare: machine({ cores: 8, memory }) });
    }
  });
});
