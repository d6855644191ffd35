import { print } from 'graphql';
import { useEffect, useEffectEvent } from 'react';
import type { TypedDocumentNode } from 'urql';
import { connected, live } from '../staff/live';
import { useStore } from '../staff/store';
import type { ChangeKind } from './gql/graphql';

const ASK_MS = 5000;
const TOGETHER_MS = 400;

type Changes = Record<string, unknown>;
type Change = { cursor: string; kind: ChangeKind };

/**
 * Calls back when something of a stream has changed, by events while the socket holds and every few seconds while it
 * does not. Events of one moment are one call; after a break the stream goes on from the last cursor.
 *
 * @returns whether events arrive by themselves
 */
export function useLive<Asked extends Record<string, string>>(
  document: TypedDocumentNode<Changes, Asked & { after?: string | null | undefined }>,
  onChange: () => void,
  asked?: Asked,
): boolean {
  // an object of the same words is the same question
  const words = JSON.stringify(asked ?? {});
  const isLive = useStore(connected);
  const changed = useEffectEvent(onChange);

  useEffect(() => {
    const variables: Record<string, string | null> = { ...(JSON.parse(words) as Asked), after: null };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = live.subscribe<Changes>(
      { query: print(document), variables },
      {
        next: ({ data }) => {
          const change = Object.values(data ?? {})[0] as Change | undefined;
          if (!change) return;
          variables.after = change.cursor;
          if (change.kind === 'OPENED') return;
          clearTimeout(timer);
          timer = setTimeout(changed, TOGETHER_MS);
        },
        error: () => connected.set(false),
        complete: () => undefined,
      },
    );
    return () => {
      clearTimeout(timer);
      end();
    };
  }, [document, words]);

  useEffect(() => {
    if (isLive) return undefined;
    const timer = setInterval(changed, ASK_MS);
    return () => clearInterval(timer);
  }, [isLive]);

  return isLive;
}
