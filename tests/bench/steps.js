// Whether a training step costs what the blocks that learn have to do.
import { contest } from './harness.js';

const REPEATS = 6;
const SETTING = [0.35, 16, 96];
/** Blocks that learn, with the first stage that does. */
const CUTS = [[1, 17], [2, 16], [4, 14], [8, 10], [12, 6], [17, 1]];

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function proportion(report) {
  await contest(async (start) => {
    const ours = await start('ours.js');
    for (const [blocks, stage] of CUTS) {
      const [, ...times] = await ours.warmCall('training_step', ...SETTING, stage, REPEATS + 1, 'cpu');
      const operations = await ours.call('training_operations', ...SETTING, stage);
      const milliseconds = median(times);
      report.rows.push({
        name: `a step of the last ${blocks} blocks`,
        value: milliseconds,
        unit: 'ms',
        note: `${(operations / 1e6).toFixed(0)} million operations, ${(operations / milliseconds / 1e6).toFixed(2)} GFLOP/s`,
      });
    }
  });
}

export const steps = { 'steps by blocks': proportion };
