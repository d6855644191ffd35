import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';

/** Names the page in the browser's tab. Never a pupil's name: titles stay in the history of shared machines. */
export function useTitle(title: string): void {
  const { t } = useLingui();
  useEffect(() => {
    document.title = `${title} · ${t`Học bạ số`}`;
  }, [title, t]);
}
