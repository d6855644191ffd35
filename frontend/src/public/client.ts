import { language } from '../shared/language';
import type { TypedDocumentString } from './gql/graphql';

/** What the server said against an operation; the sentence is empty when it could not be reached. */
export class RefusedError extends Error {
  constructor(
    sentence: string,
    readonly code: string = '',
  ) {
    super(sentence);
  }
}

interface Answer<Data> {
  data?: Data | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** Runs an operation. The public pages need no cache: every answer is asked for once, by a person. */
export async function ask<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const headers = { 'content-type': 'application/json', 'accept-language': language() };
  const body = JSON.stringify({ query: document.toString(), variables });
  const answer: Answer<Data> = await fetch('/graphql', { method: 'POST', headers, body })
    .then((response) => response.json() as Promise<Answer<Data>>)
    .catch(() => ({}));
  if (answer.data && !answer.errors?.length) return answer.data;
  const error = answer.errors?.[0];
  throw new RefusedError(error?.message ?? '', error?.extensions?.code);
}
