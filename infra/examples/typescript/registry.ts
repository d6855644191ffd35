// A client of the registry in TypeScript, no package needed (Node 18 or later, Deno, Bun): a token, a read, the feed.
//
//   REGISTRY_URL=http://127.0.0.1:8000 node --experimental-strip-types registry.ts LOOKUP_CODE    (Node 22)

declare const process: { argv: string[]; env: Record<string, string | undefined> };

interface Year { schoolYear: string; verdict: string; sentence: string }
interface Change { position: number; kind: string; codeDigest: string }
interface Page { changes: { cursor: string; hasMore: boolean; changes: Change[] } }

const READ = `query ($code: String!) {
  registryRecord(purpose: VERIFICATION, code: $code) { book { years { schoolYear verdict sentence } } } }`;
const CHANGES = `query ($after: String) {
  changes(after: $after) { cursor hasMore changes { position kind codeDigest } } }`;

/** One program's access to one server. */
export class Registry {
  #token = '';
  readonly #url: string;
  readonly #basic: string;

  constructor(url: string, clientId: string, clientSecret: string) {
    this.#url = url.replace(/\/$/, '');
    this.#basic = btoa(`${clientId}:${clientSecret}`);
  }

  /** Fetch a token; it is good for ten minutes. */
  async signIn(): Promise<void> {
    const answer = await fetch(`${this.#url}/oauth/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${this.#basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    if (!answer.ok) throw new Error(`token: ${answer.status}`);
    this.#token = ((await answer.json()) as { access_token: string }).access_token;
  }

  /** Run an operation; the first error is thrown with its code. */
  async ask<T>(query: string, variables: Record<string, unknown>): Promise<T> {
    const answer = await fetch(`${this.#url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const result = (await answer.json()) as { data: T; errors?: { extensions: { code: string } }[] };
    if (result.errors) throw new Error(result.errors[0].extensions.code);
    return result.data;
  }

  /** Every change after a cursor, and the cursor to keep for the next time. */
  async changes(after: string | null = null): Promise<{ found: Change[]; cursor: string }> {
    const found: Change[] = [];
    for (let cursor = after; ; ) {
      const page: Page['changes'] = (await this.ask<Page>(CHANGES, { after: cursor })).changes;
      found.push(...page.changes);
      cursor = page.cursor;
      if (!page.hasMore) return { found, cursor: page.cursor };
    }
  }
}

async function main(code: string): Promise<void> {
  const { REGISTRY_URL, REGISTRY_CLIENT, REGISTRY_SECRET } = process.env;
  const registry = new Registry(
    REGISTRY_URL ?? 'http://127.0.0.1:8000',
    REGISTRY_CLIENT ?? 'sandbox',
    REGISTRY_SECRET ?? 'sandbox-secret-for-everybody',
  );
  await registry.signIn();
  const { registryRecord } = await registry.ask<{ registryRecord: { book: { years: Year[] } } }>(READ, { code });
  for (const year of registryRecord.book.years) console.log(year.schoolYear, year.verdict, year.sentence);
  const { found, cursor } = await registry.changes();
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(code)));
  const digest = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const mine = found.filter((change) => change.codeDigest === digest).map((change) => change.kind);
  console.log('changes', found.length, 'of this book', ...mine, 'cursor', cursor);
}

await main(process.argv[2]);
