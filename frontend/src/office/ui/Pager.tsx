import { Trans } from '@lingui/react/macro';
import { useState } from 'react';
import { Button } from '../../staff/ui/Button';

export interface Pages {
  /** Cursor of the page that is shown. */
  after: string | null;
  cursors: (string | null)[];
  go: (cursors: (string | null)[]) => void;
}

/** The pages that were turned to reach the one in sight. */
export function usePages(): Pages {
  const [cursors, go] = useState<(string | null)[]>([null]);
  return { after: cursors.at(-1) ?? null, cursors, go };
}

interface PagerProps {
  pages: Pages;
  info: { hasNextPage: boolean; endCursor?: string | null | undefined } | undefined;
}

/** Turns pages; of a single one there is nothing to turn. */
export function Pager({ pages: { cursors, go }, info }: PagerProps) {
  if (cursors.length === 1 && !info?.hasNextPage) return null;
  return (
    <div className="row-actions">
      {cursors.length > 1 && (
        <Button onClick={() => go(cursors.slice(0, -1))}>
          <Trans>Trang trước</Trans>
        </Button>
      )}
      {info?.hasNextPage && (
        <Button onClick={() => go([...cursors, info.endCursor ?? null])}>
          <Trans>Trang sau</Trans>
        </Button>
      )}
    </div>
  );
}
