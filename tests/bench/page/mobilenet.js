// MobileNetV2 (arXiv 1801.04381, table 2) in the peer's layers, with the channels of our own.

/** Rows of the table: hidden channels over input channels, output channels, blocks, first stride. */
const TABLE = [
  { expansion: 1, channels: 16, blocks: 1, stride: 1 },
  { expansion: 6, channels: 24, blocks: 2, stride: 2 },
  { expansion: 6, channels: 32, blocks: 3, stride: 2 },
  { expansion: 6, channels: 64, blocks: 4, stride: 2 },
  { expansion: 6, channels: 96, blocks: 3, stride: 1 },
  { expansion: 6, channels: 160, blocks: 3, stride: 2 },
  { expansion: 6, channels: 320, blocks: 1, stride: 1 },
];

/** The nearest multiple of eight, but never more than a tenth down. */
function scaled(channels, width) {
  const wanted = channels * width;
  const near = Math.max(8, 8 * Math.round(wanted / 8));
  return near < 0.9 * wanted ? near + 8 : near;
}

/** The network up to its logits, with random weights. */
export function mobilenetV2({ layers, input, model }, { width, side, classes }) {
  const through = (value, ...list) => list.reduce((reached, layer) => layer.apply(reached), value);
  const common = { padding: 'same', useBias: false };
  const full = (filters, kernelSize, strides) => layers.conv2d({ filters, kernelSize, strides, ...common });
  const single = (strides) => layers.depthwiseConv2d({ kernelSize: 3, strides, ...common });
  const normalised = () => layers.batchNormalization();
  const rectified = () => layers.reLU({ maxValue: 6 });

  const block = (entry, from, to, expansion, stride) => {
    const wide = expansion > 1
      ? through(entry, full(from * expansion, 1, 1), normalised(), rectified())
      : entry;
    const exit = through(wide, single(stride), normalised(), rectified(), full(to, 1, 1), normalised());
    return stride === 1 && from === to ? layers.add().apply([entry, exit]) : exit;
  };

  const pictures = input({ shape: [side, side, 3] });
  let reached = scaled(32, width);
  let value = through(pictures, full(reached, 3, 2), normalised(), rectified());
  for (const { expansion, channels, blocks, stride } of TABLE) {
    const goal = scaled(channels, width);
    for (let place = 0; place < blocks; place += 1) {
      value = block(value, reached, goal, expansion, place === 0 ? stride : 1);
      reached = goal;
    }
  }
  const features = scaled(1280, Math.max(1, width));
  const pooled = through(value, full(features, 1, 1), normalised(), rectified(), layers.globalAveragePooling2d({}));
  return model({ inputs: pictures, outputs: layers.dense({ units: classes }).apply(pooled) });
}
