// Prints what a first visit downloads, and fails when it outgrows its budget (kilobytes, gzip).
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const BUDGET = { 'tra-cuu.html': 20, 'index.html': 130 };
const dist = new URL('../dist/', import.meta.url);
const weight = (path) => gzipSync(readFileSync(new URL(`.${path}`, dist))).length / 1024;

let failed = false;
for (const [page, budget] of Object.entries(BUDGET)) {
  const html = readFileSync(new URL(page, dist), 'utf8');
  const scripts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map((match) => match[1]);
  const styles = [...html.matchAll(/href="(\/assets\/[^"]+\.css)"/g)].map((match) => match[1]);
  const js = scripts.reduce((sum, path) => sum + weight(path), 0);
  const css = styles.reduce((sum, path) => sum + weight(path), 0);
  console.log(`${page}: ${js.toFixed(1)} kB of JavaScript (budget ${budget}), ${css.toFixed(1)} kB of CSS, gzip`);
  failed ||= js > budget || scripts.length === 0;
}
process.exit(failed ? 1 : 0);
