// The engine's side of the door. It runs from a blob so that it inherits the page's content
// security policy on any static host. `base` and `cores` are set above this line.
//
// Messages that arrive before the engine listens wait in `pending`, in order. An assistant, which
// another worker has started, gets its program from it instead of from the server.
self.pending = [];
self.onmessage = (message) => self.pending.push(message);
const report = (reason) => self.postMessage({ panic: String(reason?.message ?? reason) });
self.addEventListener("unhandledrejection", (event) => report(event.reason));
const compile = async (address) => {
  try {
    return await WebAssembly.compileStreaming(fetch(address));
  } catch {
    // Some hosts do not say that it is WebAssembly; then it cannot be compiled on its way.
    return WebAssembly.compile(await (await fetch(address)).arrayBuffer());
  }
};
const handedOver = () => new Promise((resolve) => {
  self.onmessage = (message) => {
    self.pending.push(message);
    resolve(message.data.program);
  };
});
try {
  // Requests made from here count as the page's own.
  new PerformanceObserver((list) => {
    const requests = list
      .getEntries()
      .filter((entry) => !/^(blob|data):/.test(entry.name))
      .map((entry) => performance.timeOrigin + entry.startTime);
    if (requests.length > 0) self.postMessage({ requests });
  }).observe({ type: "resource" });
  Object.assign(self, { base, cores });
  self.program = await (self.name === "assistant" ? handedOver() : compile(new URL("pkg/worker_bg.wasm", base).href));
  const { default: start } = await import(new URL("pkg/worker.js", base).href);
  await start({ module_or_path: self.program });
} catch (error) {
  report(`The engine could not be started (${error?.message ?? error}).`);
}
