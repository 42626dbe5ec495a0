// What one thread of this browser gives at most, and what each part of the network takes.
import { contest } from './harness.js';

// The best of many: neighbours on the machine and the compiler's first, slow tier only ever cost.
const REPEATS = 20;
const LAYER_REPEATS = 8;
// A layer by itself is short, so that more of them are needed.
const KIND_REPEATS = 16;
const GRAPHICS_REPEATS = 4;
const BATCH = 16;
const SIDE = 96;

/** Products of several shapes: square ones that caches hold, and those of the network's own 1×1 layers. */
const PRODUCTS = [[96, 96, 96], [192, 192, 192], [384, 256, 384], [512, 512, 512], [576, 144, 24], [2304, 48, 8]];
/** Rows of a tile that stays in registers; the best is the ceiling. */
const TILES = [4, 6];
/** From what a first cache holds to what none does. */
const COPIES = [2 ** 18, 2 ** 20, 2 ** 22, 2 ** 24, 2 ** 26];

const best = (times) => Math.min(...times);
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function ceilings(report) {
  await contest(async (start) => {
    const ours = await start('ours.js');
    for (const [m, k, n] of PRODUCTS) {
      for (const rows of TILES) {
        const milliseconds = best(await ours.warmCall('packed_matrix_product', m, k, n, rows, REPEATS));
        report.ceilings.push({ kind: 'product', name: `${m} × ${k} × ${n}, tiles of ${rows} rows`, milliseconds, amount: 2 * m * k * n });
      }
    }
    for (const bytes of COPIES) {
      const milliseconds = best(await ours.warmCall('copy', bytes, REPEATS));
      // Every byte is read once and written once.
      report.ceilings.push({ kind: 'copy', name: `${bytes / 2 ** 10} KiB`, milliseconds, amount: 2 * bytes });
    }
  });
}

/** A row for the whole, with the work of its parts and a time of its own. */
function whole(kind, times, rows) {
  const parts = rows.filter((row) => row.kind.startsWith(kind));
  const sum = (what) => parts.reduce((total, row) => total + row[what], 0);
  return { kind: `${kind}, the whole network`, milliseconds: median(times.slice(1)), operations: sum('operations'), bytes: sum('bytes') };
}

async function layers(report, width) {
  if (report.ceilings.length === 0) await ceilings(report);
  await contest(async (start) => {
    const ours = await start('ours.js');
    const setting = [width, BATCH, SIDE];
    const rows = await ours.warmCall('layers', ...setting, LAYER_REPEATS, 'cpu');
    const forward = await ours.warmCall('inference', ...setting, LAYER_REPEATS, 'cpu');
    const training = await ours.warmCall('training_step', ...setting, 0, LAYER_REPEATS, 'cpu');
    rows.push(whole('forward', forward, rows), whole('training', training, rows));
    rows.push(...await ours.warmCall('arrays_alone', ...setting, REPEATS));
    const kinds = await ours.warmCall('layers_by_kind', ...setting, KIND_REPEATS, 'cpu');
    report.layers.push({ device: 'CPU', width, batch: BATCH, side: SIDE, rows, kinds });
  });
}

/** The same parts on the graphics card; each time has the way there and back in it. */
async function graphicsLayers(report, width) {
  await contest(async (start) => {
    const ours = await start('ours.js');
    report.adapter = await ours.call('adapter');
    const rows = await ours.call('layers', width, BATCH, SIDE, GRAPHICS_REPEATS, 'webgpu');
    report.layers.push({ device: 'WebGPU', width, batch: BATCH, side: SIDE, rows, kinds: [] });
  });
}

export const rooflines = {
  'roofline, width 0.35': (report) => layers(report, 0.35),
  'roofline, width 1.0': (report) => layers(report, 1),
  'layers, WebGPU, width 0.35': (report) => graphicsLayers(report, 0.35),
};
