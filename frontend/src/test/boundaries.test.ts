import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const SOURCES = join(import.meta.dirname, '..');

function filesOf(folder: string): string[] {
  return readdirSync(join(SOURCES, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(tsx?|graphql)$/.test(name) && !name.includes('gql/') && !name.includes('.test.'))
    .map((name) => join(folder, name));
}

const read = (name: string) => readFileSync(join(SOURCES, name), 'utf8');
const importing = (folder: string, forbidden: RegExp) => filesOf(folder).filter((name) => forbidden.test(read(name)));

test('the public pages import nothing of the staff application, nor the other way round', () => {
  expect(importing('public', /from '[^']*\/staff\//)).toEqual([]);
  expect(importing('staff', /from '[^']*\/public\//)).toEqual([]);
  expect(importing('shared', /from '[^']*\/(staff|public|office)\//)).toEqual([]);
  expect(importing('public', /from '[^']*\/office\//)).toEqual([]);
});

test("the offices' screens are fetched when they are opened, never with the first page", () => {
  // a type weighs nothing; a dynamic import is fetched later
  expect(importing('staff', /^import (?!type )[^;]*from '(\.\.\/)+office\//m)).toEqual([]);
  expect(importing('staff', /import\('[^']*\/office\//).sort()).toEqual(['staff/features/session/Shell.tsx', 'staff/office.ts', 'staff/routes.tsx']);
});

test('the public pages know two operations, and neither changes anything', () => {
  const operations = filesOf('public')
    .filter((name) => name.endsWith('.graphql'))
    .flatMap((name) => read(name).match(/^(query|mutation|subscription) \w+/gm) ?? []);
  expect(operations.sort()).toEqual(['query Lookup', 'query Verify']);
});

test('nothing but the language is stored in the browser', () => {
  const storing = ['public', 'staff', 'office', 'shared'].flatMap((folder) =>
    importing(folder, /localStorage|sessionStorage|indexedDB|document\.cookie/),
  );
  expect(storing).toEqual(['shared/language.ts']);
});

test('no HTML is written from a string, so that no text can become code', () => {
  const writing = ['public', 'staff', 'office', 'shared'].flatMap((folder) =>
    importing(folder, /dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write/),
  );
  expect(writing).toEqual([]);
});
