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
export function useLive(document: TypedDocumentNode<Changes, { after?: string | null | undefined }>, onChange: () => void): boolean {
  const isLive = useStore(connected);
  const changed = useEffectEvent(onChange);

  useEffect(() => {
    const variables: { after: string | null } = { after: null };
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
  }, [document]);

  useEffect(() => {
    if (isLive) return undefined;
    const timer = setInterval(changed, ASK_MS);
    return () => clearInterval(timer);
  }, [isLive]);

  return isLive;
}
