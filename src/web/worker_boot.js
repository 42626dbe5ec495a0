// The engine's side of the door. It runs from a blob so that it inherits the page's content
// security policy on any static host. `base` is set above this line.
//
// Messages that arrive before the engine listens wait in `pending`, in order.
self.pending = [];
self.onmessage = (message) => self.pending.push(message);
const report = (reason) => self.postMessage({ panic: String(reason?.message ?? reason) });
self.addEventListener("unhandledrejection", (event) => report(event.reason));
try {
  // Requests made from here count as the page's own.
  new PerformanceObserver((list) => {
    const requests = list
      .getEntries()
      .filter((entry) => !/^(blob|data):/.test(entry.name))
      .map((entry) => performance.timeOrigin + entry.startTime);
    if (requests.length > 0) self.postMessage({ requests });
  }).observe({ type: "resource" });
  const { default: start } = await import(new URL("pkg/worker.js", base).href);
  await start({ module_or_path: new URL("pkg/worker_bg.wasm", base).href });
} catch (error) {
  report(`The engine could not be started (${error?.message ?? error}).`);
}
