import { Client, fetchExchange, gql } from 'urql';
import { beforeEach, describe, expect, test } from 'vitest';
import { idempotencyExchange } from './idempotency';

const ACT = gql('mutation Act($id: ID!) { act(id: $id) { id } }');
const LOOK = gql('query Look { look { id } }');

type Sent = { key: string | null; language: string | null };

let sent: Sent[];
let answer: () => Promise<Response>;
let client: Client;

const done = (): Promise<Response> => Promise.resolve(Response.json({ data: { act: { id: '1' } } }));
const lost = (): Promise<Response> => Promise.reject(new TypeError('network'));

function act(id = '1'): Promise<unknown> {
  return client.mutation(ACT, { id }).toPromise();
}

beforeEach(() => {
  sent = [];
  answer = done;
  let made = 0;
  client = new Client({
    url: 'http://localhost/graphql',
    preferGetMethod: false,
    fetchOptions: () => ({ headers: { 'accept-language': 'vi' } }),
    fetch: (_, options) => {
      const headers = new Headers(options?.headers);
      sent.push({ key: headers.get('idempotency-key'), language: headers.get('accept-language') });
      return answer();
    },
    exchanges: [idempotencyExchange(() => `key-${String(++made)}`), fetchExchange],
  });
});

describe('an act of a person has one key', () => {
  test('a mutation is sent with a key, and keeps the other headers', async () => {
    await act();
    expect(sent).toEqual([{ key: 'key-1', language: 'vi' }]);
  });

  test('what got no answer is sent again with the same key', async () => {
    answer = lost;
    await act();
    await act();
    answer = done;
    await act();
    expect(sent.map((item) => item.key)).toEqual(['key-1', 'key-1', 'key-1']);
  });

  test('after an answer the same press is another act, a refusal included', async () => {
    await act();
    answer = () => Promise.resolve(Response.json({ data: null, errors: [{ message: 'refused' }] }));
    await act();
    answer = done;
    await act();
    expect(sent.map((item) => item.key)).toEqual(['key-1', 'key-2', 'key-3']);
  });

  test('another act has a key of its own while the first waits', async () => {
    answer = lost;
    await act('1');
    await act('2');
    await act('1');
    expect(sent.map((item) => item.key)).toEqual(['key-1', 'key-2', 'key-1']);
  });

  test('a query has none', async () => {
    await client.query(LOOK, {}).toPromise();
    expect(sent).toEqual([{ key: null, language: 'vi' }]);
  });
});
