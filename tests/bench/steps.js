// Whether a training step costs what the blocks that learn have to do.
import { contest } from './harness.js';

const SETTING = [0.35, 16, 96];
/** Blocks that learn, with the first stage that does. */
const CUTS = [
  { name: 'the last block', stage: 17 },
  { name: 'the last 2 blocks', stage: 16 },
  { name: 'the last 4 blocks', stage: 14 },
  { name: 'the last 8 blocks', stage: 10 },
  { name: 'the last 12 blocks', stage: 6 },
  { name: 'everything', stage: 0 },
];
// Rounds go through all cuts, so that what else the machine does meets all of them alike.
const ROUNDS = 5;
const REPEATS = 6;
/** Percent that a cut's time for its work may be from the middle. */
const TOLERANCE = 20;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** How far each is from the middle of the least and the most, in percent of that middle. */
function fromTheMiddle(values) {
  const middle = (Math.min(...values) + Math.max(...values)) / 2;
  return values.map((value) => (value / middle - 1) * 100);
}

async function proportion(report) {
  await contest(async (start) => {
    const ours = await start('ours.js');
    const steps = (stage) => ours.call('training_step', ...SETTING, stage, REPEATS + 1, 'cpu');
    const times = CUTS.map(() => []);
    for (const { stage } of CUTS) await steps(stage);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [index, { stage }] of CUTS.entries()) times[index].push(...(await steps(stage)).slice(1));
    }
    const milliseconds = times.map(median);
    const operations = [];
    for (const { stage } of CUTS) operations.push(await ours.call('training_operations', ...SETTING, stage));
    const off = fromTheMiddle(milliseconds.map((time, index) => time / operations[index]));
    const signed = (percent) => `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
    for (const [index, { name }] of CUTS.entries()) {
      report.rows.push({
        name: `a step of ${name}`,
        value: milliseconds[index],
        unit: 'ms',
        note: `${(operations[index] / 1e6).toFixed(1)} million operations, ${(operations[index] / milliseconds[index] / 1e6).toFixed(2)} GFLOP/s; ${signed(off[index])} from the middle in ms an operation`,
      });
    }
    const furthest = Math.max(...off.map(Math.abs));
    report.rows.push({
      name: 'steps in proportion to their work',
      value: furthest,
      unit: '%',
      note: `the furthest from the middle; ${furthest <= TOLERANCE ? 'within' : 'beyond'} ${TOLERANCE} %`,
    });
  });
}

export const steps = { 'steps by blocks': proportion };
