// The engine against its peer: the same network and question, in turn, in one browser.
import os from 'node:os';
import { contest } from './harness.js';

const BATCH = 16;
const SIDE = 96;
const WIDTHS = [0.35, 1];

/** Ours on a device. */
const ours = (device, rounds, repeats) => ({
  name: 'Headstart',
  rounds,
  repeats,
  start: (start) => start('ours.js'),
  inference: (contestant, width, count) => contestant.call('inference', width, BATCH, SIDE, count, device),
  training: (contestant, width, count) => contestant.call('training_step', width, BATCH, SIDE, 0, count, device),
});

/** TensorFlow.js with a backend. */
const peer = (backend, rounds, repeats, threads = 1) => ({
  name: threads > 1 ? `TF.js ${backend}, ${threads} threads` : `TF.js ${backend}`,
  rounds,
  repeats,
  start: async (start) => {
    const contestant = await start('peer.js');
    await contestant.call('open', backend, threads);
    return contestant;
  },
  inference: (contestant, width, count) => contestant.call('inference', width, BATCH, SIDE, count),
  training: (contestant, width, count) => contestant.call('training', width, BATCH, SIDE, count),
});

// A round is one call, whose first repeat warms up and is not counted. Slow contestants get few, and
// theirs are the last: plain `cpu` leaves hundreds of megabytes behind, beside which whoever computes
// is a twentieth slower.
// Whoever gets several rounds has one more before them that does not count: a browser compiles
// wasm quickly first and well only when it has seen what runs often.
const CPU = {
  inference: [ours('cpu', 3, 8), peer('wasm', 3, 8), peer('wasm', 3, 8, os.availableParallelism()), peer('cpu', 1, 2)],
  training: [ours('cpu', 3, 8), peer('wasm', 1, 1), peer('cpu', 1, 1)],
};
const WEBGPU = {
  inference: [ours('webgpu', 1, 2), peer('webgpu', 1, 2)],
  training: [ours('webgpu', 1, 1), peer('webgpu', 1, 1)],
};

/** Lets the contestants compute in turn and notes their times. */
async function compare(report, { task, device, width }, contestants) {
  await contest(async (start) => {
    const entries = contestants.map(({ name }) => ({ name, milliseconds: [], megabytes: null, error: null }));
    const running = [];
    const attempt = async (index, work) => {
      try {
        await work();
      } catch (error) {
        entries[index].error = error.message.split('\n')[0].replace(/^worker\.evaluate: (Error: )?/, '');
      }
    };
    for (const [index, contestant] of contestants.entries()) {
      await attempt(index, async () => { running[index] = await contestant.start(start); });
    }
    const rounds = Math.max(...contestants.map((contestant) => contestant.rounds));
    for (let round = rounds > 1 ? -1 : 0; round < rounds; round += 1) {
      for (const [index, contestant] of contestants.entries()) {
        const warmsUp = round < 0;
        if (warmsUp ? contestant.rounds === 1 : round < rounds - contestant.rounds) continue;
        if (entries[index].error) continue;
        await attempt(index, async () => {
          const times = await contestant[task](running[index], width, contestant.repeats + 1);
          if (!warmsUp) entries[index].milliseconds.push(...times.slice(1));
        });
      }
    }
    for (const [index, contestant] of running.entries()) entries[index].megabytes = contestant?.peakMegabytes() ?? null;
    if (device === 'WebGPU' && running[0]) report.adapter = await running[0].call('adapter');
    report.comparisons.push({ task, device, width, batch: BATCH, side: SIDE, entries });
  });
}

/** A part for each task, device and width. */
export const comparisons = Object.fromEntries(
  [['CPU', CPU], ['WebGPU', WEBGPU]].flatMap(([device, tasks]) => (
    Object.entries(tasks).flatMap(([task, contestants]) => WIDTHS.map((width) => [
      `${task}, ${device}, width ${width === 1 ? '1.0' : width}`,
      (report) => compare(report, { task, device, width }, contestants),
    ]))
  )),
);
