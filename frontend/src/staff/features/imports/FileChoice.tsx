import { Trans } from '@lingui/react/macro';
import { useState } from 'react';

interface FileChoiceProps {
  busy: boolean;
  onChoose: (file: File) => void;
}

/** A button that opens the file dialog, and a place to drop a file on. */
export function FileChoice({ busy, onChoose }: FileChoiceProps) {
  const [over, setOver] = useState(false);
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file && !busy) onChoose(file);
  };
  return (
    <div
      className={over ? 'drop over' : 'drop'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files);
      }}
    >
      <input
        id="import-file"
        className="unseen"
        type="file"
        accept=".xlsx,.csv,.json"
        disabled={busy}
        onChange={(event) => {
          take(event.target.files);
          event.target.value = '';
        }}
      />
      <label htmlFor="import-file" className="button primary">
        <Trans>Chọn tệp</Trans>
      </label>{' '}
      <span className="soft">
        <Trans>hoặc kéo tệp vào đây; tối đa 50 MB</Trans>
      </span>
    </div>
  );
}
