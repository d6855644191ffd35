import { print } from 'graphql';
import { useEffect, useState } from 'react';
import { useClient } from 'urql';
import {
  CeremonyDocument,
  SigningProgressDocument,
  type ProgressFactsFragment,
  type SigningProgressSubscription,
} from '../../gql/graphql';
import { useStore } from '../../store';
import { connected, live } from '../../live';

const ASK_MS = 5000;
const SUBSCRIPTION = print(SigningProgressDocument);

/**
 * How far a ceremony is, by events while the socket holds and by asking while it does not.
 */
export function useProgress(ceremonyId: string): ProgressFactsFragment | null {
  const client = useClient();
  const isLive = useStore(connected);
  const [progress, setProgress] = useState<ProgressFactsFragment | null>(null);

  useEffect(
    () =>
      live.subscribe<SigningProgressSubscription>(
        { query: SUBSCRIPTION, variables: { ceremonyId } },
        {
          next: ({ data }) => data && setProgress(data.signingProgress),
          error: () => connected.set(false),
          complete: () => undefined,
        },
      ),
    [ceremonyId],
  );

  const isDone = progress?.done ?? false;
  useEffect(() => {
    if (isLive || isDone) return undefined;
    const ask = async () => {
      const { data } = await client.query(CeremonyDocument, { id: ceremonyId }, { requestPolicy: 'network-only' });
      if (data?.node?.__typename === 'Ceremony') setProgress(data.node.progress);
    };
    void ask();
    const timer = setInterval(() => void ask(), ASK_MS);
    return () => clearInterval(timer);
  }, [isLive, isDone, client, ceremonyId]);

  return progress;
}
