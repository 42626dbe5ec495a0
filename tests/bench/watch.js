// What runs on the site before the site does. Each function is handed over as its text, so it
// knows nothing but what is in it.

/** Notes long tasks, and when each part that matters appears. */
export function watch() {
  window.bench = { longest: 0, epochs: [] };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.bench.longest = Math.max(window.bench.longest, duration);
  }).observe({ type: 'longtask', buffered: true });
  const look = () => {
    const now = performance.now();
    const { bench } = window;
    if (document.querySelector('[data-test="add-class"]')) bench.usable ??= now;
    if (document.querySelector('[data-test="engine-state"][data-state="ready"]')) bench.ready ??= now;
    const epochs = document.querySelectorAll('[data-test="lane-warm"] [data-test="curve-table"] tbody tr').length;
    while (bench.epochs.length < epochs) bench.epochs.push(now);
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}

/** Wants drawn pictures and a new head for them, each as soon as it can be clicked. */
export function clickThrough() {
  window.clicks = {};
  const { clicks } = window;
  const click = (name, part) => {
    const button = document.querySelector(`[data-test="${part}"]`);
    if (clicks[name] !== undefined || !button || button.disabled) return;
    clicks[name] = performance.now();
    button.click();
  };
  const look = () => {
    click('sample', 'sample-fruit');
    if (clicks.sample !== undefined) click('start', 'start-cold');
    if (document.querySelector('[data-test="lane-cold"] [data-test="test-score"]')) clicks.score ??= performance.now();
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
}
