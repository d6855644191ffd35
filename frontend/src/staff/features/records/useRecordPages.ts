import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import { sentenceOf } from '../../client';
import { RecordsDocument, type RecordFilterInput, type RecordRowFragment } from '../../gql/graphql';

const PAGE = 100;

/** The most rows that are ever held; a ceremony takes as many. */
export const ROWS_MAX = 5000;

interface Pages {
  /** The filter they belong to. */
  key: string;
  rows: RecordRowFragment[];
  cursor: string | null;
  hasNext: boolean;
}

const NO_PAGES: Pages = { key: '', rows: [], cursor: null, hasNext: true };

/** Records page by page. The cursor names the last row, so that pages stay right while records move on. */
export function useRecordPages(filter: RecordFilterInput) {
  const client = useClient();
  const key = JSON.stringify(filter);
  const [held, setHeld] = useState(NO_PAGES);
  const pages = held.key === key ? held : NO_PAGES;
  const [loading, setLoading] = useState(true);
  const [problem, setProblem] = useState<string | null>(null);
  const latest = useRef(0);

  const load = useCallback(
    async (from: Pages, wanted: number): Promise<Pages> => {
      const mine = ++latest.current;
      const variables = { filter: JSON.parse(key) as RecordFilterInput, first: PAGE };
      setLoading(true);
      setProblem(null);
      let now = from;
      while (now.hasNext && now.rows.length < wanted) {
        const asked = client.query(RecordsDocument, { ...variables, after: now.cursor }, { requestPolicy: 'network-only' });
        // oxlint-disable-next-line no-await-in-loop -- each page begins where the one before ends
        const { data, error } = await asked.toPromise();
        if (mine !== latest.current) return now; // the filter has changed meanwhile
        if (!data) {
          setProblem(error ? sentenceOf(error) : '');
          break;
        }
        const { edges, pageInfo } = data.records;
        const rows = [...now.rows, ...edges.map((edge) => edge.node)];
        now = { key, rows, cursor: pageInfo.endCursor, hasNext: pageInfo.hasNextPage };
      }
      setHeld({ ...now, key });
      setLoading(false);
      return now;
    },
    [client, key],
  );

  useEffect(() => {
    // oxlint-disable-next-line react/set-state-in-effect -- the flag says that the request is under way
    void load(NO_PAGES, PAGE);
  }, [load]);

  return {
    rows: pages.rows,
    hasNext: pages.hasNext,
    loading: loading || held.key !== key,
    problem,
    more: () => (loading || !pages.hasNext ? undefined : void load(pages, pages.rows.length + PAGE)),
    all: async () => (await load(pages, ROWS_MAX)).rows,
    /** The same rows anew; the old ones stay on screen until then. */
    reload: () => void load(NO_PAGES, Math.max(pages.rows.length, PAGE)),
  };
}
