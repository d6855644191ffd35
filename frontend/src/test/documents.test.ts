import { afterEach, expect, test, vi } from 'vitest';
import { staffText } from '../../scripts/documents.mjs';
import { client } from '../staff/client';
import { RecordReturnDocument, RecordsDocument, SessionDocument } from '../staff/gql/graphql';

/** The text of the next operation that leaves the page. */
function sent(): Promise<string> {
  return new Promise((resolve) => {
    vi.stubGlobal('fetch', (_url: string, options: { body: string }) => {
      resolve((JSON.parse(options.body) as { query: string }).query);
      return Promise.resolve(new Response('{"data": null}', { headers: { 'content-type': 'application/json' } }));
    });
  });
}

afterEach(() => vi.unstubAllGlobals());

test('a query leaves as the text that the server knows it by', async () => {
  const text = sent();
  void client.query(RecordsDocument, { filter: {}, first: 35 }).toPromise();
  expect(await text).toBe(staffText(RecordsDocument));
});

test('a query without variables too', async () => {
  const text = sent();
  void client.query(SessionDocument, {}).toPromise();
  expect(await text).toBe(staffText(SessionDocument));
});

test('and a mutation', async () => {
  const text = sent();
  void client.mutation(RecordReturnDocument, { recordId: '1', reason: 'r' }).toPromise();
  expect(await text).toBe(staffText(RecordReturnDocument));
});
