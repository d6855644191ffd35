import type { MessageDescriptor } from '@lingui/core';
import { useLingui } from '@lingui/react/macro';

export interface TagView {
  label: MessageDescriptor;
  /** Repeats the label for the eye; never stands alone. */
  mark: string;
  /** Colour only where work remains or something is wrong; what is done is plain. */
  tone: 'plain' | 'open' | 'going' | 'stop';
}

/** How something stands: a mark, words, and a colour that repeats them. */
export function Tag({ view: { label, mark, tone } }: { view: TagView }) {
  const { t } = useLingui();
  return (
    <span className={`tag ${tone}`}>
      <span aria-hidden="true">{mark}</span> {t(label)}
    </span>
  );
}
