import { useLingui } from '@lingui/react/macro';
import { useState, type MouseEvent } from 'react';
import { say } from '../../staff/ui/notices';

/** Links live for five minutes. */
const STALE_MS = 240_000;

interface FilesProps {
  files: { label: string; url: string | null | undefined }[];
  /** Says what will be here, while there is nothing. */
  empty: string;
  onStale: () => void;
}

/** Files behind short-lived links; a link that has run out is made anew instead of failing. */
export function Files({ files, empty, onStale }: FilesProps) {
  const { t } = useLingui();
  const [since] = useState(() => Date.now());
  const shown = files.filter((file) => file.url);
  if (shown.length === 0) return <p className="soft">{empty}</p>;

  function follow(event: MouseEvent): void {
    if (Date.now() - since < STALE_MS) return;
    event.preventDefault();
    onStale();
    say(t`Đường dẫn tải đã hết hạn và vừa được làm mới; hãy bấm lại.`);
  }

  return (
    <ul className="file-list">
      {shown.map((file) => (
        <li key={file.label}>
          <a href={file.url ?? undefined} onClick={follow}>
            {file.label}
          </a>
        </li>
      ))}
    </ul>
  );
}
