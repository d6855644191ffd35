// Fails when a text of the sources is missing from a catalogue, or has no translation; changes nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const catalogues = ['public', 'staff', 'office'].flatMap((bundle) =>
  ['vi', 'en'].map((locale) => `${root}src/locales/${bundle}/${locale}.po`),
);
const read = () => new Map(catalogues.map((path) => [path, readFileSync(path, 'utf8')]));
const withoutHeader = (text) => text.slice(text.indexOf('\n\n'));

const before = read();
const times = new Map(catalogues.map((path) => [path, statSync(path).mtime]));
execFileSync(`${root}node_modules/.bin/lingui`, ['extract', '--clean'], { cwd: root, stdio: 'pipe' });
const after = read();
for (const [path, text] of before) {
  writeFileSync(path, text);
  utimesSync(path, times.get(path), times.get(path)); // make must not take the look for a change
}

const stale = catalogues.filter((path) => withoutHeader(before.get(path)) !== withoutHeader(after.get(path)));
const untranslated = catalogues.flatMap((path) =>
  [...before.get(path).matchAll(/\nmsgid "((?:[^"\\]|\\.)+)"\nmsgstr ""\n(?!")/g)].map((match) => `${path}: ${match[1]}`),
);
for (const path of stale) console.error(`${path}: not what the sources say; run npm run i18n`);
for (const line of untranslated) console.error(`no translation: ${line}`);
process.exit(stale.length + untranslated.length > 0 ? 1 : 0);
