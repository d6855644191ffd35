import type { MessageDescriptor } from '@lingui/core';
import { useLingui } from '@lingui/react/macro';

/** What the letters mean, for those who do not fill in such forms. */
export function LevelKey({ levels }: { levels: Record<string, { letter: string; words: MessageDescriptor }> }) {
  const { t } = useLingui();
  const key = Object.values(levels).map(({ letter, words }) => `${letter}: ${t(words)}`);
  return <p className="hint level-key">{key.join(' · ')}</p>;
}
