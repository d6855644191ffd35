import { useLingui } from '@lingui/react/macro';
import { memo } from 'react';
import type { RecordState } from '../../gql/graphql';
import { STATES } from './states';

export const StateTag = memo(function StateTag({ state }: { state: RecordState }) {
  const { t } = useLingui();
  const { label, mark, tone } = STATES[state];
  return (
    <span className={`tag ${tone}`}>
      <span aria-hidden="true">{mark}</span> {t(label)}
    </span>
  );
});
