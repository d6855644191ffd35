import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import { formatTime } from '../../../shared/format';
import type { RecordRowFragment } from '../../gql/graphql';
import { StateTag } from './StateTag';

interface RecordLineProps {
  record: RecordRowFragment;
  place: number;
  selected: boolean;
  withSchool: boolean;
  onToggle: (id: string, place: number, range: boolean) => void;
}

/** One row of the list; drawn anew only when something of it changes. */
export const RecordLine = memo(function RecordLine({ record, place, selected, withSchool, onToggle }: RecordLineProps) {
  const { t } = useLingui();
  const { workingRevision: working } = record;
  return (
    <tr aria-rowindex={place + 2} data-place={place} className={selected ? 'chosen' : undefined}>
      <td className="tick">
        <input
          type="checkbox"
          aria-label={t`Chọn ${record.pupilName}`}
          checked={selected}
          onChange={() => undefined}
          onClick={(event) => onToggle(record.id, place, event.shiftKey)}
        />
      </td>
      <td className="name">
        <Link to="/hoc-ba/$recordId" params={{ recordId: record.id }}>
          {record.pupilName}
        </Link>
      </td>
      <td className="class">{record.className}</td>
      {withSchool && <td className="wide-only">{record.school?.name}</td>}
      <td>
        <StateTag state={record.state} />
        {working.openedBy === 'REPLACE' && working.state !== record.state && (
          <small className="replacement">
            <Trans>bản thay thế:</Trans> <StateTag state={working.state} />
          </small>
        )}
      </td>
      <td className="wide-only">{working.complete ? <Trans>Đủ</Trans> : <Missing />}</td>
      <td className="wide-only time">{formatTime(working.updatedAt)}</td>
    </tr>
  );
});

function Missing() {
  return (
    <span className="tag open">
      <span aria-hidden="true">⚠</span> <Trans>Còn thiếu</Trans>
    </span>
  );
}
