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

/** The pixels of a file, as the network wants them. */
async function decoded(base64, side) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes]));
  try {
    return tf.tidy(() => tf.image.resizeBilinear(tf.browser.fromPixels(bitmap), [side, side]).div(127.5).sub(1));
  } finally {
    bitmap.close();
  }
}

/**
 * From files to a trained head, as a page with this library would do it: decode, look once with the
 * frozen network, train a dense layer on what it saw of the first `training` files, loss read every
 * epoch. Returns the milliseconds of each.
 */
async function head(files, { width, side, batch, classes, epochs, training }) {
  const network = mobilenetV2(tf, { width, side, classes });
  const frozen = tf.model({ inputs: network.inputs, outputs: network.layers.at(-2).output });
  const times = [performance.now()];
  const lap = () => times.push(performance.now());

  const pictures = tf.stack(await Promise.all(files.map(({ base64 }) => decoded(base64, side))));
  await pictures.slice([0, 0, 0, 0], [1, 1, 1, 1]).data();
  lap();
  const features = tf.tidy(() => frozen.predict(pictures, { batchSize: batch }));
  await features.data();
  lap();
  const labels = tf.oneHot(tf.tensor1d(files.map(({ label }) => label), 'int32'), classes);
  const dense = tf.layers.dense({ units: classes });
  dense.apply(tf.zeros([1, features.shape[1]]));
  const optimizer = tf.train.adam(1e-3);
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    let last = null;
    for (let begin = 0; begin < training; begin += batch) {
      const size = Math.min(batch, training - begin);
      last?.dispose();
      last = optimizer.minimize(() => tf.losses.softmaxCrossEntropy(
        labels.slice([begin, 0], [size, classes]),
        dense.apply(features.slice([begin, 0], [size, features.shape[1]])),
      ), true);
    }
    await take(last);
  }
  lap();
  tf.disposeVariables();
  return times.slice(1).map((time, index) => time - times[index]);
}

self.contestant = { open, inference, training, head };
self.ready = Promise.resolve();
