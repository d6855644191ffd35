import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { formatNumber } from '../../../shared/format';
import type { RecordRowFragment } from '../../gql/graphql';
import { Button } from '../../ui/Button';
import { lookOf, RECORD_ACTIONS } from './actions';
import type { Available } from './available';

interface SelectionBarProps {
  selected: RecordRowFragment[];
  available: Available[];
  onAct: (available: Available) => void;
  onClear: () => void;
}

/** What was ticked, and what can be done to it. */
export function SelectionBar({ selected, available, onAct, onClear }: SelectionBarProps) {
  const { t } = useLingui();
  return (
    <div className="selection" role="region" aria-label={t`Học bạ đã chọn`} hidden={selected.length === 0}>
      <strong aria-live="polite">
        {selected.length > 0 && plural(selected.length, { other: 'Đã chọn # học bạ' })}
      </strong>
      {available.map((item, place) => (
        <Button key={item.action} look={lookOf(item.action, place === 0)} onClick={() => onAct(item)}>
          {t(RECORD_ACTIONS[item.action].label)} ({formatNumber(item.rows.length)})
        </Button>
      ))}
      {selected.length > 0 && available.length === 0 && (
        <span>
          <Trans>Không có việc gì bạn làm được với các học bạ này lúc này.</Trans>
        </span>
      )}
      <Button onClick={onClear}>
        <Trans>Bỏ chọn</Trans>
      </Button>
    </div>
  );
}
