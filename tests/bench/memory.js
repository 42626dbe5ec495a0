// Memory as the system counts it: the most that a process of the browser ever held at once. Linux
// tells that for free, so nothing has to be sampled; elsewhere it is not known.
import fs from 'node:fs';

/** Runs `work` and returns its result and which page process computed most meanwhile. */
export async function busiest(browser, work) {
  const session = await browser.newBrowserCDPSession();
  try {
    const before = await seconds(session);
    const result = await work();
    let [most, id] = [0, null];
    for (const [process, after] of await seconds(session)) {
      const spent = after - (before.get(process) ?? 0);
      if (spent > most) [most, id] = [spent, process];
    }
    return { result, id };
  } finally {
    await session.detach();
  }
}

/** The most megabytes that a process ever held, its share of the browser's own code included. */
export function peakMegabytes(id) {
  try {
    const [, kibibytes] = fs.readFileSync(`/proc/${id}/status`, 'utf8').match(/^VmHWM:\s*(\d+) kB/m);
    return kibibytes * 1024 / 1e6;
  } catch {
    return null;
  }
}

/** Seconds that each page process has computed. */
async function seconds(session) {
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  return new Map(processInfo.filter(({ type }) => type === 'renderer').map(({ id, cpuTime }) => [id, cpuTime]));
}
