// The graphics card's kernels against the CPU's, in a real browser: every operation by itself, on
// random layers that are others in every run.
import assert from 'node:assert/strict';
import test from 'node:test';
import { contest } from '../bench/harness.js';

const LAYERS = 60;
const TOLERANCE = 1e-4;

test('every operation on the graphics card agrees with the CPU, forward and backward', async (t) => {
  const seed = Date.now() % 2 ** 32;
  t.diagnostic(`seed ${seed}`);
  await contest(async (start) => {
    const ours = await start('ours.js');
    const differences = await ours.call('differences', seed, LAYERS);
    assert.ok(differences.length > 6 * LAYERS, 'operations are missing');
    assert.ok(differences.some(({ what }) => what.includes('to 1280 channels')), 'the layers of the network are missing');
    // A difference that is no number is no agreement either.
    const apart = differences.filter(({ difference }) => !(difference <= TOLERANCE));
    assert.deepEqual(apart, [], `with the seed ${seed}`);
  });
});
