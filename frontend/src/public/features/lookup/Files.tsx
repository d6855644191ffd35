import { useLingui } from '@lingui/react/macro';
import type { MouseEvent } from 'react';
import { formatSize } from '../../../shared/format';
import { lookUp, type Answered } from './useLookup';
import type { Year } from './verdict';

/** Links live for five minutes; an older one is asked for again before the browser follows it. */
const STALE_MS = 240_000;

function isFresh({ at }: Answered): boolean {
  return Date.now() - at.getTime() < STALE_MS;
}

interface FilesProps {
  year: Year;
  answered: Answered;
  onRefreshed: (answered: Answered) => void;
}

export function Files({ year, answered, onRefreshed }: FilesProps) {
  const { t } = useLingui();
  if (year.artefacts.length === 0) return null;

  async function followFresh(digest: string): Promise<void> {
    const fresh = await lookUp(answered.question);
    onRefreshed(fresh);
    const files = fresh.result.years.flatMap((item) => item.artefacts);
    const url = files.find((file) => file.digest === digest)?.url;
    if (url) location.assign(url);
  }

  function follow(event: MouseEvent, digest: string): void {
    if (isFresh(answered)) return;
    event.preventDefault();
    followFresh(digest).catch(() => location.reload());
  }

  return (
    <div className="actions">
      {[...year.artefacts]
        .sort((left, right) => left.kind.localeCompare(right.kind))
        .map((file) => (
          <a
            key={file.digest}
            className={file.kind === 'PDF' ? 'button' : 'button quiet'}
            href={file.url}
            onClick={(event) => follow(event, file.digest)}
          >
            {file.kind === 'PDF' ? t`Tải PDF có chữ ký số` : t`Tải XML có chữ ký số`} ({formatSize(file.size)})
          </a>
        ))}
    </div>
  );
}
