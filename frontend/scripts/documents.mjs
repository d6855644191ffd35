// Writes dist/documents.json: every document that the built pages send, by the SHA-256 of its text as it is sent.
// The server runs these for everybody (public) or for whoever is signed in (staff).
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createRequest, formatDocument, stringifyDocument } from '@urql/core';
import { print } from 'graphql';
import { runnerImport } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the staff application asks before anybody is signed in: who is, and where they can sign in. */
const BEFORE_SIGN_IN = ['Session', 'SignInProviders'];

/** What a bundle's generated module exports as documents, by name. */
export async function documentsOf(bundle) {
  const { module } = await runnerImport(`${root}src/${bundle}/gql/graphql.ts`, { configFile: false, root });
  return Object.fromEntries(
    Object.entries(module).flatMap(([name, value]) => (name.endsWith('Document') ? [[name.slice(0, -8), value]] : [])),
  );
}

const kindOf = (document) => document.definitions.find((node) => node.kind === 'OperationDefinition')?.operation;

/** The text that the staff client sends: urql adds `__typename` for its cache; a socket sends the document itself. */
export function staffText(document) {
  if (kindOf(document) === 'subscription') return print(document);
  return stringifyDocument(formatDocument(createRequest(document, {}).query));
}

/** Texts by digest, in the order of their names. */
export function manifestOf(texts) {
  const digest = (text) => createHash('sha256').update(text).digest('hex');
  return Object.fromEntries(texts.map((text) => [digest(text), text]));
}

export async function manifest() {
  const ofPublic = await documentsOf('public');
  const ofStaff = await documentsOf('staff');
  // the offices' module repeats the staff's documents; the same text has the same digest
  const operations = Object.values({ ...ofStaff, ...(await documentsOf('office')) }).filter((document) => kindOf(document));
  const texts = Object.values(ofPublic).map(String);
  return {
    public: manifestOf([
      ...texts.filter((text) => !text.trim().startsWith('fragment')),
      ...BEFORE_SIGN_IN.map((name) => staffText(ofStaff[name])),
    ]),
    staff: manifestOf(operations.map(staffText)),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const made = await manifest();
  writeFileSync(`${root}dist/documents.json`, `${JSON.stringify(made, null, 1)}\n`);
  console.log(`documents.json: ${Object.keys(made.public).length} public, ${Object.keys(made.staff).length} staff`);
}
