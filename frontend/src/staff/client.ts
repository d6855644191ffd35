import { cacheExchange, Client, fetchExchange, mapExchange, type CombinedError, type OperationResult } from 'urql';
import { language } from '../shared/language';
import type { RefusedFragment } from './gql/graphql';
import { idempotencyExchange } from './idempotency';
import { Store } from './store';

const ENDED = 'NOT_SIGNED_IN';
const STEP_UP = 'STEP_UP_REQUIRED';

/** Set when the server no longer knows who we are; the page stays, so that nothing typed is lost. */
export const sessionEnded = new Store(false);

/** Set when an act was refused until the person proves again who they are. */
export const stepUpAsked = new Store(false);

export const client = new Client({
  url: '/graphql',
  preferGetMethod: false,
  requestPolicy: 'cache-and-network',
  fetchOptions: () => ({ headers: { 'accept-language': language() } }),
  exchanges: [mapExchange({ onResult: noticeEnd }), cacheExchange, idempotencyExchange(), fetchExchange],
});

/** A query says so with an error, a mutation in its payload. */
function noticeEnd(result: OperationResult): void {
  const said = result.error?.graphQLErrors.some((error) => error.extensions['code'] === ENDED) ?? false;
  const refused = refusals(result.data);
  if (said || refused.some((error) => error.code === ENDED)) sessionEnded.set(true);
  if (refused.some((error) => error.code === STEP_UP)) stepUpAsked.set(true);
}

type Payload = { userErrors?: RefusedFragment[] } | null | undefined;

/** What the user can mend in a mutation's answer. */
export function refusals(data: unknown): RefusedFragment[] {
  const payloads: Payload[] = Object.values((data ?? {}) as Record<string, Payload>);
  return payloads.flatMap((payload) => (typeof payload === 'object' ? (payload?.userErrors ?? []) : []));
}

/** The server's sentence for a failed operation; empty when it could not be reached. */
export function sentenceOf(error: CombinedError): string {
  return error.graphQLErrors[0]?.message ?? '';
}

/** Why a mutation did nothing, or null when it did something. */
export function whyNot(result: OperationResult): string | null {
  if (result.error) return sentenceOf(result.error);
  return refusals(result.data)[0]?.message ?? null;
}
