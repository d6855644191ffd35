import type { MessageDescriptor } from '@lingui/core';
import { useLingui } from '@lingui/react/macro';

/** The letter of the form, with its meaning for those who cannot know it. */
export function Level({ level }: { level: { letter: string; words: MessageDescriptor } | null }) {
  const { t } = useLingui();
  if (!level) return <span className="empty">–</span>;
  return (
    <abbr title={t(level.words)} aria-label={`${level.letter}, ${t(level.words)}`} role="img">
      {level.letter}
    </abbr>
  );
}
