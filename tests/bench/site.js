// The real site, clicked through as a visitor would, against the clock.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Browsing } from '../e2e/lib/browser.js';
import { eventually } from '../e2e/lib/lab.js';
import { classesOf, emptyFolder } from '../e2e/lib/pictures.js';
import { serveBare } from '../e2e/lib/server.js';
import { contest } from './harness.js';
import { busiest, peakMegabytes } from './memory.js';
import { predictions } from './prediction.js';
import { clickThrough, watch } from './watch.js';

const SEED = 1;
const BATCH = 16;
const UNFROZEN_EPOCHS = 3;
const DROPPED = 300;
const PHOTOS = 2000;
// Of so many different ones: each is dropped several times, as copies are.
const DIFFERENT_PHOTOS = 50;
const HUNDRED = 100;
const CLASSES = 4;
// Long enough that what the page does besides, such as scrolling to the race, weighs little.
const MANY = 4800;
const FEATURE_REPEATS = 5;
const NO_LONG_TASK = 'main thread; 0 means none of 50 ms or more';
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const watched = { prepare: (context) => context.addInitScript(watch) };

/** The pictures that training is measured on; null where there are none. */
const flowers = () => process.env.FLOWERS ?? null;

/** What hosts get trains and answers, even where no header protects it; measured is nothing here. */
async function proveThatItWorks({ browsing }) {
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

async function measureStart({ browsing, note }) {
  const starts = [];
  for (let visit = 0; visit < 3; visit += 1) {
    starts.push(await browsing.visit(async (lab) => {
      await lab.engineReady();
      return lab.page.evaluate(() => window.bench);
    }, watched));
  }
  note('page usable', median(starts.map(({ usable }) => usable)) / 1000, 's', 'from navigation, empty cache, local server; median of 3');
  note('engine ready', median(starts.map(({ ready }) => ready)) / 1000, 's', 'the same, with the self-test');
}

/** A visitor who has never been here and clicks as soon as there is something to click. */
async function measureFirstModel({ browsing, note }) {
  const visits = [];
  for (let visit = 0; visit < 3; visit += 1) {
    visits.push(await browsing.visit(async (lab) => {
      await lab.score('cold');
      return lab.page.evaluate(() => window.clicks);
    }, { prepare: (context) => context.addInitScript(clickThrough) }));
  }
  const between = (from, to) => median(visits.map((clicks) => clicks[to] - clicks[from])) / 1000;
  note('first click to first trained model', between('sample', 'score'), 's', 'cold page: drawn fruit wanted as soon as the page can be clicked, its head trained for 50 epochs, scored; median of 3');
  note('first click to pictures at hand', between('sample', 'start'), 's', 'of that, until the engine is there and has drawn the pictures');
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

/** Notes the most memory that the page of a visit held, its worker included. */
async function weighed({ browsing, note }, what, work) {
  const { result, id } = await busiest(browsing.browser, work);
  const megabytes = peakMegabytes(id);
  if (megabytes !== null) note(`memory peak, ${what}`, megabytes, 'MB', 'largest resident set of the page\'s process (VmHWM), the browser\'s own code included');
  return result;
}

async function trainHead(setting, folder, what) {
  const { browsing, note } = setting;
  let seconds = null;
  await browsing.visit((lab) => weighed(setting, what, async () => {
    await lab.engineReady();
    await lab.set({ 'cold-epochs': 50 });
    const { pictures, start } = await filled(lab, folder);
    const decoded = performance.now();
    await lab.page.evaluate(() => { window.bench.longest = 0; });
    await lab.part('start-cold').click();
    const { percent, of } = await lab.score('cold');
    const end = performance.now();
    note(`${what}, decoding`, (decoded - start) / 1000, 's', `${pictures} pictures of flowers`);
    note(`${what}, features and 50 epochs`, (end - decoded) / 1000, 's', `test ${percent} % of ${of}`);
    seconds = (end - start) / 1000;
    note(`${what}, end to end`, seconds, 's', 'from the files to the score, CPU');
    note(`longest task of the page, ${what}`, await lab.page.evaluate(() => window.bench.longest), 'ms', NO_LONG_TASK);
  }), watched);
  return seconds;
}

/** Ours on a page, and TensorFlow.js in a worker with nothing around it: from files to a trained head. */
async function measureHundred(setting) {
  const folder = flowersFolder(HUNDRED);
  const what = `head of ${HUNDRED} pictures`;
  const own = await trainHead(setting, folder, what);
  // By turns, so that what is learned from has every class.
  const files = classesOf(folder)
    .flatMap(({ files }, label) => files.map((file, place) => ({ label, place, base64: fs.readFileSync(file).toString('base64') })))
    .sort((a, b) => a.place - b.place || a.label - b.label);
  await contest(async (start) => {
    const peer = await start('peer.js');
    await peer.call('open', 'wasm', 1);
    // Six tenths are for training, as on the page.
    const question = { width: 0.35, side: 96, batch: 16, classes: classesOf(folder).length, epochs: 50, training: 0.6 * HUNDRED };
    const [decoding, looking, training] = await peer.call('head', files, question);
    const seconds = (decoding + looking + training) / 1000;
    setting.note(`${what}, end to end, TF.js wasm`, seconds, 's', `decoding ${decoding.toFixed(0)} ms, features ${looking.toFixed(0)} ms, 50 epochs ${training.toFixed(0)} ms; one thread, in a worker without a page`);
    setting.note(`${what}, TF.js wasm over ours`, seconds / own, '×', `ours with the page, its clicks and its score, and ${os.availableParallelism()} engines`);
  });
}

/** Copies so many of the flowers, as evenly as can be, over and over where they do not suffice. */
function flowersFolder(count, most = Infinity) {
  const classes = classesOf(flowers()).slice(0, most);
  const folder = emptyFolder();
  for (let index = 0; index < count; index += 1) {
    const { name, files } = classes[index % classes.length];
    const file = files[Math.floor(index / classes.length) % files.length];
    fs.mkdirSync(path.join(folder, name), { recursive: true });
    fs.copyFileSync(file, path.join(folder, name, `${index}${path.extname(file)}`));
  }
  return folder;
}

/** Many files at once must not hold the page up. */
async function measureDrop({ browsing, note }) {
  const dropped = flowersFolder(DROPPED);
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
  }, watched);
}

/** Draws photographs of twelve megapixels in a page, since none lie at hand, and lays them down. */
async function photosFolder(browsing) {
  const folder = emptyFolder();
  await browsing.visit(async (lab) => {
    for (let number = 0; number < DIFFERENT_PHOTOS; number += 1) {
      const photo = await lab.page.evaluate(drawPhoto, number);
      fs.writeFileSync(path.join(folder, `original ${number}.jpg`), Buffer.from(photo, 'base64'));
    }
  });
  for (let index = 0; index < PHOTOS; index += 1) {
    const number = index % DIFFERENT_PHOTOS;
    const into = path.join(folder, `class ${number % CLASSES}`);
    fs.mkdirSync(into, { recursive: true });
    fs.linkSync(path.join(folder, `original ${number}.jpg`), path.join(into, `${index}.jpg`));
  }
  for (let number = 0; number < DIFFERENT_PHOTOS; number += 1) {
    fs.unlinkSync(path.join(folder, `original ${number}.jpg`));
  }
  return folder;
}

/** A JPEG of 4000 × 3000 pixels with as much detail as a camera's, in Base64; runs in the page. */
async function drawPhoto(number) {
  const canvas = new OffscreenCanvas(4000, 3000);
  const drawing = canvas.getContext('2d');
  let state = number + 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const colour = (alpha) => `rgb(${random() * 255} ${random() * 255} ${random() * 255} / ${alpha})`;
  drawing.fillStyle = colour(1);
  drawing.fillRect(0, 0, 4000, 3000);
  for (let spot = 0; spot < 6000; spot += 1) {
    drawing.fillStyle = colour(0.5);
    const side = 4 + 600 * random() ** 4;
    drawing.fillRect(4000 * random(), 3000 * random(), side, side);
  }
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return btoa(text);
}

/** A phone's whole year at once: the page answers meanwhile, and memory stays bounded. */
async function measurePhotos(setting) {
  const { browsing, note } = setting;
  const folder = await photosFolder(browsing);
  await browsing.visit((lab) => weighed(setting, `${PHOTOS} photographs`, async () => {
    await lab.engineReady();
    await lab.page.evaluate(() => { window.bench.longest = 0; });
    const start = performance.now();
    await lab.chooseFolder(folder);
    await eventually(async () => assert.ok(await lab.part('start-cold').isEnabled()), 900_000);
    const seconds = (performance.now() - start) / 1000;
    const counts = await lab.part('class-count').allInnerTexts();
    assert.equal(counts.reduce((total, count) => total + Number(count.match(/\d+/)?.[0]), 0), PHOTOS);
    const megabytes = classesOf(folder).flatMap(({ files }) => files)
      .reduce((total, file) => total + fs.statSync(file).size, 0) / PHOTOS / 1e6;
    note(`photographs of 12 megapixels, ${PHOTOS} dropped`, PHOTOS / seconds, 'a second', `${megabytes.toFixed(1)} MB each, ${DIFFERENT_PHOTOS} different ones; all were read after ${seconds.toFixed(0)} s`);
    note(`longest task of the page, ${PHOTOS} photographs`, await lab.page.evaluate(() => window.bench.longest), 'ms', NO_LONG_TASK);
  }), watched);
}

async function measureFineTuning(setting) {
  const { browsing, note } = setting;
  const measured = [];
  for (const [name, position] of [['last 4 blocks', 4], ['everything', 18]]) {
    await browsing.visit((lab) => weighed(setting, `fine-tuning, ${name}`, async () => {
      await lab.engineReady();
      await lab.set({ 'warm-epochs': UNFROZEN_EPOCHS });
      const { pictures } = await filled(lab, flowers());
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
      note(`fine-tuning, ${name}`, step, 'ms a step', `batch ${BATCH}, ${steps} steps an epoch; from epoch to epoch as the page shows them, so each epoch's validation is in it; CPU; test ${percent} % of ${of}`);
      note(`longest task of the page, ${name}`, longest, 'ms', NO_LONG_TASK);
    }), watched);
  }
  note('everything against last 4 blocks', measured[1] / measured[0], 'times', 'as long a step');
}

/** When each of the ten cards has found something, and when all of the study is over. */
async function measureDifferences(setting) {
  const { browsing, note } = setting;
  await browsing.visit((lab) => weighed(setting, 'ten differences', async () => {
    await lab.engineReady();
    await filled(lab, flowersFolder(HUNDRED, CLASSES));
    await lab.part('start-both').click();
    await lab.score('cold');
    await lab.score('warm');
    await eventually(async () => assert.ok(await lab.part('measure').isEnabled()));
    await lab.page.evaluate(() => { window.bench.longest = 0; });
    const start = performance.now();
    await lab.part('measure').click();
    const found = lab.page.locator('[data-test^="card-"][data-found="true"]');
    const cards = [];
    await eventually(async () => {
      const seconds = (performance.now() - start) / 1000;
      const now = await found.count();
      while (cards.length < now) cards.push(seconds);
      assert.equal(await lab.part('study-status').getAttribute('data-stage'), 'Complete');
    }, 600_000);
    const text = `${HUNDRED} pictures in ${CLASSES} classes, 3 seeds, CPU; from the click`;
    note('first of the ten cards', cards[0], 's', text);
    note('all ten cards', cards[9], 's', text);
    note('whole study', (performance.now() - start) / 1000, 's', `${text}; ${await lab.part('study-status').innerText()}`);
    note('longest task of the page, ten differences', await lab.page.evaluate(() => window.bench.longest), 'ms', NO_LONG_TASK);
  }), watched);
}

/** What further engines bring: how long the frozen layers take over all pictures, and the memory. */
async function measureWorkers(setting) {
  const { browsing, note } = setting;
  const cores = os.availableParallelism();
  const many = flowersFolder(MANY);
  const counts = [1, ...(cores > 1 ? [cores] : [])];
  const [seconds, evaluations] = [[], []];
  for (const count of counts) {
    const pretend = (context) => context.addInitScript((cores) => {
      Object.defineProperty(navigator, 'hardwareConcurrency', { get: () => cores });
    }, count);
    await browsing.visit((lab) => weighed(setting, `${count} of ${cores} engines`, async () => {
      await lab.engineReady();
      await lab.set({ 'cold-epochs': 1 });
      const { pictures } = await filled(lab, many);
      const times = [];
      for (let repeat = 0; repeat < FEATURE_REPEATS; repeat += 1) {
        // Another seed, so that the score of the run before cannot be taken for this one's.
        await lab.set({ seed: SEED + repeat });
        await lab.part('start-cold').click();
        await eventually(async () => assert.ok(await lab.part('start-cold').isDisabled()));
        await eventually(async () => assert.ok(await lab.part('start-cold').isEnabled()), 120_000);
        const told = await lab.part('features').locator('time').getAttribute('datetime');
        times.push(Number(told.match(/^PT([\d.]+)S$/)?.[1]));
      }
      // The model and the backbone go over all pictures; one engine compares what they saw.
      const ended = performance.now();
      await eventually(async () => assert.ok(await lab.part('evaluation-cold').isVisible()), 240_000);
      evaluations.push((performance.now() - ended) / 1000);
      note(`evaluation on ${pictures} pictures, ${count} of ${cores} engines`, evaluations.at(-1), 's', 'from the end of the run until it is shown');
      seconds.push(Math.min(...times));
      note(`features of ${pictures} pictures, ${count} of ${cores} engines`, seconds.at(-1), 's', `as the page tells them; least of ${FEATURE_REPEATS}`);
    }), { prepare: pretend });
  }
  if (seconds.length === 1) return;
  note(`features with ${cores} engines against 1`, seconds[0] / seconds[1], 'times', 'as fast');
  note(`evaluation with ${cores} engines against 1`, evaluations[0] / evaluations[1], 'times', 'as fast');
}

/** What the page predicts, against what it takes: on drawn pictures, and on the flowers if there are some. */
async function measurePredictions({ browsing, report }) {
  await predictions(browsing, report, 'drawn fruit', (lab) => lab.part('sample-fruit').click());
  if (flowers() === null) console.log('There are no pictures of flowers, so only drawn ones are predicted.');
  else await predictions(browsing, report, 'flowers', (lab) => lab.chooseFolder(flowers()));
}

/** A part in a browser of its own. */
const part = (measure) => async (report) => {
  const note = (name, value, unit, text) => {
    report.rows.push({ name, value: Math.round(value * 1000) / 1000, unit, note: text });
  };
  const browsing = await Browsing.start();
  try {
    await measure({ browsing, note, report });
  } finally {
    await browsing.stop();
  }
};

/** A part that needs the pictures of flowers. */
const withFlowers = (measure) => part(async (setting) => {
  if (flowers() === null) console.log('There are no pictures of flowers, so this is not measured.');
  else await measure(setting);
});

export const siteParts = {
  'site, proof': part(proveThatItWorks),
  'site, start': part(measureStart),
  'site, first model': part(measureFirstModel),
  'site, drop': withFlowers(measureDrop),
  'site, photographs': part(measurePhotos),
  'site, head': withFlowers((setting) => trainHead(setting, flowers(), 'head only')),
  'site, hundred pictures': withFlowers(measureHundred),
  'site, fine-tuning': withFlowers(measureFineTuning),
  'site, ten differences': withFlowers(measureDifferences),
  'site, workers': withFlowers(measureWorkers),
  prediction: part(measurePredictions),
};
