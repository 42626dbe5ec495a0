// The peer's side: TensorFlow.js, the same network, the same questions.
import '/peer/tfjs/dist/tf.min.js';
import '/peer/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js';
import '/peer/tfjs-backend-wasm/dist/tf-backend-wasm.min.js';
import { mobilenetV2 } from './mobilenet.js';

const { tf } = self;
const CLASSES = 5;

/** Makes a backend current; `threads` counts only for wasm. */
async function open(backend, threads) {
  if (backend === 'wasm') {
    tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', threads > 1);
    tf.wasm.setThreadsCount(threads);
    tf.wasm.setWasmPaths(`${self.location.origin}/peer/tfjs-backend-wasm/dist/`);
  }
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js does not get its backend ${backend}`);
  await tf.ready();
  // A browser without shared memory falls back to one thread and says nothing.
  if (backend === 'wasm' && threads > 1 && tf.wasm.getThreadsCount() !== threads) {
    throw new Error(`TensorFlow.js has ${tf.wasm.getThreadsCount()} threads instead of ${threads}`);
  }
}

/** Calls `once` so many times and returns the milliseconds of each. */
async function repeated(repeats, once) {
  const milliseconds = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) {
    const begin = performance.now();
    await once();
    milliseconds.push(performance.now() - begin);
  }
  return milliseconds;
}

/** Reads a tensor back and forgets it. */
async function take(tensor) {
  await tensor.data();
  tensor.dispose();
}

async function onNoise(width, batch, side, measure) {
  const model = mobilenetV2(tf, { width, side, classes: CLASSES });
  const pictures = tf.randomUniform([batch, side, side, 3], -1, 1);
  try {
    return await measure(model, pictures);
  } finally {
    model.dispose();
    pictures.dispose();
  }
}

/** Pictures to logits that were read back. */
const inference = (width, batch, side, repeats) => onNoise(width, batch, side, (model, pictures) => (
  repeated(repeats, () => take(tf.tidy(() => model.predict(pictures, { batchSize: batch }))))
));

/** Whole training steps of every layer by plain gradient descent, loss read back. */
const training = (width, batch, side, repeats) => onNoise(width, batch, side, async (model, pictures) => {
  const labels = tf.tidy(() => tf.oneHot(tf.range(0, batch, 1, 'int32').mod(tf.scalar(CLASSES, 'int32')), CLASSES));
  const optimizer = tf.train.sgd(0.01);
  const loss = () => tf.losses.softmaxCrossEntropy(labels, model.apply(pictures, { training: true }));
  try {
    return await repeated(repeats, () => take(optimizer.minimize(loss, true)));
  } finally {
    labels.dispose();
    optimizer.dispose();
  }
});

self.contestant = { open, inference, training };
self.ready = Promise.resolve();
