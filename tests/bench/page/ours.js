// The engine's side: the bench program, whose exports are called as they are.
const plain = (rows) => rows.map(({ kind, milliseconds, operations, bytes }) => ({ kind, milliseconds, operations, bytes }));

self.ready = import('/program/bench.js').then(async ({ default: start, ...program }) => {
  await start({ module_or_path: '/program/bench_bg.wasm' });
  self.contestant = {
    ...program,
    adapter: async () => {
      const { description, vendor, architecture } = (await navigator.gpu.requestAdapter()).info;
      return description || `${vendor} ${architecture}`;
    },
    inference: async (...values) => [...await program.inference(...values)],
    training_step: async (...values) => [...await program.training_step(...values)],
    differences: async (...values) => (await program.differences(...values))
      .map(({ what, difference }) => ({ what, difference })),
    packed_matrix_product: (...values) => [...program.packed_matrix_product(...values)],
    arrays_alone: (...values) => plain(program.arrays_alone(...values)),
    copy: (...values) => [...program.copy(...values)],
    layers: async (...values) => plain(await program.layers(...values)),
    layers_by_kind: async (...values) => plain(await program.layers_by_kind(...values)),
  };
});
