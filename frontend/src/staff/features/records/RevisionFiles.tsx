import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type MouseEvent } from 'react';
import { SIGNATURE_ROLES } from '../../../shared/content/labels';
import { formatSize } from '../../../shared/format';
import type { RevisionViewFragment } from '../../gql/graphql';
import { say } from '../../ui/notices';

/** Links live for five minutes. */
const STALE_MS = 240_000;

interface RevisionFilesProps {
  files: RevisionViewFragment['artefacts'];
  onStale: () => void;
}

export function RevisionFiles({ files, onStale }: RevisionFilesProps) {
  const { t } = useLingui();
  const [since] = useState(() => Date.now());
  if (files.length === 0) return null;

  function follow(event: MouseEvent): void {
    if (isFresh(since)) return;
    event.preventDefault();
    onStale();
    say(t`Đường dẫn tải đã hết hạn và vừa được làm mới; hãy bấm lại.`);
  }

  const [newest, ...older] = [...byPair(files)].reverse();
  return (
    <>
      {newest && <Pair files={newest} onFollow={follow} />}
      {older.length > 0 && (
        <details>
          <summary>
            <Trans>Tệp ở các bước ký trước</Trans>
          </summary>
          {older.map((pair) => (
            <Pair key={pair[0]?.role} files={pair} onFollow={follow} />
          ))}
        </details>
      )}
    </>
  );
}

function isFresh(since: number): boolean {
  return Date.now() - since < STALE_MS;
}

/** The files of one signing step stand together. */
function byPair(files: RevisionViewFragment['artefacts']): RevisionViewFragment['artefacts'][] {
  const pairs = new Map<string, RevisionViewFragment['artefacts']>();
  for (const file of files) pairs.set(file.role, [...(pairs.get(file.role) ?? []), file]);
  return [...pairs.values()];
}

interface PairProps {
  files: RevisionViewFragment['artefacts'];
  onFollow: (event: MouseEvent) => void;
}

function Pair({ files, onFollow }: PairProps) {
  const { t } = useLingui();
  const [first] = files;
  if (!first) return null;
  return (
    <p className="files">
      {t(SIGNATURE_ROLES[first.role])}:{' '}
      {files.map((file) => (
        <a key={file.digest} href={file.url} title={file.digest} onClick={onFollow}>
          {file.kind} ({formatSize(file.size)})
        </a>
      ))}
    </p>
  );
}
