// What the page predicts before it trains, against what it then takes.
import assert from 'node:assert/strict';
import { eventually } from '../e2e/lib/lab.js';

const SEED = 1;
/** By the slider's position, with epochs that make a run some seconds long but for the head's. */
const CUTS = [
  { name: 'head', position: 0, start: 'start-cold', lane: 'cold', settings: { 'cold-epochs': 50 } },
  { name: 'last 4 blocks', position: 4, start: 'start-warm', lane: 'warm', settings: { 'warm-epochs': 12 } },
  { name: 'everything', position: 18, start: 'start-warm', lane: 'warm', settings: { 'warm-epochs': 3 } },
  { name: 'both, last 4 blocks', position: 4, start: 'start-both', lane: 'warm', settings: { 'cold-epochs': 50, 'warm-epochs': 12 } },
];

/** The numbers of a part of the page, by what they tell. */
const numbers = (part) => part.evaluate(({ dataset }) => Object.fromEntries(
  Object.entries(dataset).map(([name, text]) => [name, Number(text)]),
));

/** Waits until the page has said what training would take. */
const predicted = (lab) => eventually(async () => assert.ok(await lab.part('ahead').isVisible()), 60_000);

/** Trains once with what is set, and returns rows of what was predicted and taken. */
async function trained(lab, { name, start, lane }) {
  await predicted(lab);
  await lab.part(start).click();
  const inAll = lab.part('in-all');
  await eventually(async () => assert.ok((await numbers(inAll)).takenSeconds > 0), 600_000);
  const { predictedSeconds, takenSeconds, predictedBytes, takenBytes } = await numbers(inAll);
  const run = await numbers(lab.part('predicted', lab.lane(lane)));
  const features = await numbers(lab.part('features'));
  const row = (what, unit, before, after) => ({ what: `${name}, ${what}`, unit, predicted: before, taken: after });
  return [
    row('one look at every picture', 's', features.predictedSeconds, features.takenSeconds),
    row('the run', 's', run.predictedSeconds, run.takenSeconds),
    row('in all', 's', predictedSeconds, takenSeconds),
    row('in all', 'MB', predictedBytes / 1e6, takenBytes / 1e6),
  ];
}

/** Trains at every cut in a visit of its own, as a person who has just come does. */
export async function predictions(browsing, report, task, fill) {
  for (const cut of CUTS) {
    const rows = await browsing.visit(async (lab) => {
      await lab.engineReady();
      await lab.set({ 'device-choice': 'cpu', seed: SEED, ...cut.settings });
      await eventually(async () => assert.match(await lab.part('device').innerText(), /CPU/));
      await fill(lab);
      await eventually(async () => assert.ok(await lab.part('start-both').isEnabled()), 240_000);
      await lab.cut(cut.position);
      return trained(lab, cut);
    });
    report.predictions.push(...rows.map((row) => ({ task, ...row })));
  }
}
