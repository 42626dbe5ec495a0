// Measures in a real browser: node bench.mjs RESULT.json PART…
// Run by `cargo xtask bench`, which chooses the parts and builds what they need first. Writes what
// it measured and judges nothing.
import fs from 'node:fs';
import { launch } from '../e2e/lib/browser.js';
import { comparisons } from './compare.js';
import { rooflines } from './roofline.js';
import { siteParts } from './site.js';
import { steps } from './steps.js';

const [result, ...chosen] = process.argv.slice(2);
const parts = { ...siteParts, ...comparisons, ...rooflines, ...steps };
const report = { browser: '', adapter: '', rows: [], comparisons: [], ceilings: [], layers: [], predictions: [] };

const browser = await launch();
report.browser = browser.version();
await browser.close();
for (const name of chosen) {
  if (!parts[name]) throw new Error(`There is no part "${name}".`);
  console.log(`Measuring ${name} ...`);
  await parts[name](report);
}
fs.writeFileSync(result, `${JSON.stringify(report, null, 2)}\n`);
