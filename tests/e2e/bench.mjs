// Measures the page in a real browser: node bench.mjs RESULT.json [FOLDER OF CLASS FOLDERS]
// Writes a list of { name, value, unit, note }. Run by `cargo xtask bench`, which serves the
// optimised site first.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { Browsing } from './lib/browser.js';
import { eventually } from './lib/lab.js';
import { classesOf, emptyFolder } from './lib/pictures.js';
import { serveBare } from './lib/server.js';

const [result, flowers] = process.argv.slice(2);
const SEED = 1;
const BATCH = 16;
const UNFROZEN_EPOCHS = 3;
const DROPPED = 300;
const rows = [];
const note = (name, value, unit, text) => rows.push({ name, value: Math.round(value * 1000) / 1000, unit, note: text });
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Runs before the page: notes long tasks, and when each part that matters appears. */
function watch() {
  window.bench = { longest: 0, epochs: [] };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.bench.longest = Math.max(window.bench.longest, duration);
  }).observe({ type: 'longtask', buffered: true });
  const look = () => {
    const now = performance.now();
    const { bench } = window;
    if (document.querySelector('[data-test="add-class"]')) bench.usable ??= now;
    if (document.querySelector('[data-test="engine-state"][data-state="ready"]')) bench.ready ??= now;
    const epochs = document.querySelectorAll('[data-test="lane-warm"] [data-test="curve-table"] tbody tr').length;
    while (bench.epochs.length < epochs) bench.epochs.push(now);
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}

/** What hosts get trains and answers, even where no header protects it; measured is nothing here. */
async function proveThatItWorks(browsing) {
  const bare = await serveBare();
  try {
    await browsing.visit(async (lab) => {
      await lab.engineReady();
      await lab.set({ 'device-choice': 'cpu', 'cold-epochs': 3, seed: SEED });
      await lab.part('sample-fruit').click();
      await eventually(async () => assert.ok(await lab.part('start-cold').isEnabled()), 120_000);
      await lab.part('start-cold').click();
      const { percent } = await lab.score('cold');
      assert.ok(percent > 20, `five classes are told apart no better than by chance: ${percent} %`);
      await lab.part('ask-drawn').click();
      await eventually(async () => assert.equal(await lab.part('answer').count(), 1));
    }, { address: bare.address });
  } finally {
    await bare.stop();
  }
}

async function measureStart(browsing) {
  const starts = [];
  for (let visit = 0; visit < 3; visit += 1) {
    starts.push(await browsing.visit(async (lab) => {
      await lab.engineReady();
      return lab.page.evaluate(() => window.bench);
    }, { prepare: (context) => context.addInitScript(watch) }));
  }
  note('page usable', median(starts.map(({ usable }) => usable)) / 1000, 's', 'from navigation, empty cache, local server; median of 3');
  note('engine ready', median(starts.map(({ ready }) => ready)) / 1000, 's', 'the same, with the self-test');
}

async function filled(lab, folder) {
  const pictures = classesOf(folder).reduce((total, { files }) => total + files.length, 0);
  await lab.set({ 'device-choice': 'cpu', seed: SEED });
  await eventually(async () => assert.match(await lab.part('device').innerText(), /CPU/));
  const start = performance.now();
  await lab.chooseFolder(folder);
  await eventually(async () => assert.ok(await lab.part('start-cold').isEnabled()), 240_000);
  return { pictures, start };
}

async function measureHead(browsing, folder) {
  await browsing.visit(async (lab) => {
    await lab.engineReady();
    await lab.set({ 'cold-epochs': 50 });
    const { pictures, start } = await filled(lab, folder);
    const decoded = performance.now();
    await lab.page.evaluate(() => { window.bench.longest = 0; });
    await lab.part('start-cold').click();
    const { percent, of } = await lab.score('cold');
    const end = performance.now();
    note('head only, decoding', (decoded - start) / 1000, 's', `${pictures} pictures of flowers`);
    note('head only, features and 50 epochs', (end - decoded) / 1000, 's', `test ${percent} % of ${of}`);
    note('head only, end to end', (end - start) / 1000, 's', 'from the files to the score, CPU');
    note('longest task of the page, head only', await lab.page.evaluate(() => window.bench.longest), 'ms', 'main thread; 0 means none of 50 ms or more');
  }, { prepare: (context) => context.addInitScript(watch) });
}

/** Many files at once must not hold the page up. */
async function measureDrop(browsing, folder) {
  const classes = classesOf(folder);
  const files = classes.flatMap(({ name, files }) => files.map((file) => ({ name, file })));
  const dropped = emptyFolder();
  for (let index = 0; index < DROPPED; index += 1) {
    const { name, file } = files[index % files.length];
    fs.mkdirSync(path.join(dropped, name), { recursive: true });
    fs.copyFileSync(file, path.join(dropped, name, `${index}${path.extname(file)}`));
  }
  await browsing.visit(async (lab) => {
    await lab.engineReady();
    await lab.page.evaluate(() => { window.bench.longest = 0; });
    const start = performance.now();
    await lab.drop(classesOf(dropped).map(({ name }) => path.join(dropped, name)));
    await eventually(async () => assert.ok(await lab.part('start-cold').isEnabled()), 240_000);
    const seconds = (performance.now() - start) / 1000;
    const counts = await lab.part('class-count').allInnerTexts();
    const taken = counts.reduce((total, count) => total + Number(count.match(/\d+/)?.[0]), 0);
    assert.equal(taken, DROPPED, 'not every file that was dropped is a picture');
    note(`longest task of the page, ${DROPPED} files dropped`, await lab.page.evaluate(() => window.bench.longest), 'ms', `main thread; all were read after ${seconds.toFixed(1)} s`);
  }, { prepare: (context) => context.addInitScript(watch) });
}

async function measureFineTuning(browsing, folder) {
  const measured = [];
  for (const [name, position] of [['last 4 blocks', 4], ['everything', 18]]) {
    await browsing.visit(async (lab) => {
      await lab.engineReady();
      await lab.set({ 'warm-epochs': UNFROZEN_EPOCHS });
      const { pictures } = await filled(lab, folder);
      await lab.cut(position);
      await lab.page.evaluate(() => { window.bench.longest = 0; });
      await lab.part('start-warm').click();
      // Rows are only drawn in an open table, and their arrival is the clock.
      await lab.epochsFrom('warm', 1);
      const { percent, of } = await lab.score('warm', 600_000);
      const { epochs, longest } = await lab.page.evaluate(() => window.bench);
      const ends = epochs.slice(-UNFROZEN_EPOCHS);
      const steps = Math.ceil(pictures * 0.6 / BATCH);
      const step = (ends.at(-1) - ends[0]) / (UNFROZEN_EPOCHS - 1) / steps;
      measured.push(step);
      note(`fine-tuning, ${name}`, step, 'ms a step', `batch ${BATCH}, ${steps} steps an epoch; from epoch to epoch as the page shows them, so each epoch\'s validation is in it; CPU; test ${percent} % of ${of}`);
      note(`longest task of the page, ${name}`, longest, 'ms', 'main thread; 0 means none of 50 ms or more');
    }, { prepare: (context) => context.addInitScript(watch) });
  }
  note('everything against last 4 blocks', measured[1] / measured[0], 'times', 'as long a step');
}

const browsing = await Browsing.start();
try {
  await proveThatItWorks(browsing);
  await measureStart(browsing);
  if (flowers) {
    await measureDrop(browsing, flowers);
    await measureHead(browsing, flowers);
    await measureFineTuning(browsing, flowers);
  } else {
    console.log('There is no folder of flowers, so training was not measured.');
  }
} finally {
  await browsing.stop();
}
fs.writeFileSync(result, `${JSON.stringify({ browser: browsing.browser.version(), rows }, null, 2)}\n`);
