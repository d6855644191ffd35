import { useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';

const PAUSE_MS = 250;

/** Finds pupils by name, with or without diacritics. What is typed stays out of the address: it is personal data. */
export function Search({ onSearch }: { onSearch: (name: string) => void }) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => onSearch(text.normalize('NFC').trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, onSearch]);
  return (
    <input
      id="search"
      type="search"
      className="search"
      autoComplete="off"
      aria-label={t`Tìm theo tên học sinh`}
      placeholder={t`Tìm tên, không cần dấu ( / )`}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}
