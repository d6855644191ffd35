import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { formatInstant, formatNumber } from '../../../shared/format';
import type { LockFactsFragment, LockWindow } from '../../gql/graphql';
import { Button } from '../../ui/Button';
import { Note } from '../../ui/Note';
import { useNow } from '../../ui/useNow';
import { useSession } from '../session/SessionContext';
import { daysUntil } from './deadline';
import { ScheduleDialog } from './ScheduleDialog';
import { SealDialog } from './SealDialog';
import { WINDOWS } from './windows';

interface PeriodCardProps {
  window: LockWindow;
  schoolYear: string;
  period: LockFactsFragment | undefined;
  onChanged: () => void;
}

/** One lock: when, whom it takes, and how it went. */
export function PeriodCard({ window, schoolYear, period, onChanged }: PeriodCardProps) {
  const { t } = useLingui();
  const isDepartment = useSession().assignment.role === 'DEPARTMENT_OFFICER';
  const now = useNow();
  const [dialog, setDialog] = useState<'SCHEDULE' | 'SEAL' | null>(null);
  const close = () => setDialog(null);
  const done = () => {
    close();
    onChanged();
  };
  const isSealed = Boolean(period?.sealedAt);
  return (
    <section className="card" aria-labelledby={window}>
      <h2 id={window}>{t(WINDOWS[window].label)}</h2>
      <p>{t(WINDOWS[window].who)}</p>
      {period ? <Facts period={period} /> : <p className="nothing">{t`Sở chưa đặt hạn chốt.`}</p>}
      {isDepartment && !isSealed && (
        <div className="row-actions">
          <Button onClick={() => setDialog('SCHEDULE')}>{period ? t`Đổi hạn chốt` : t`Đặt hạn chốt`}</Button>
          {period && daysUntil(period.locksAt, now) <= 0 && (
            <Button look="danger" onClick={() => setDialog('SEAL')}>
              <Trans>Chốt…</Trans>
            </Button>
          )}
        </div>
      )}
      {dialog === 'SCHEDULE' && (
        <ScheduleDialog window={window} schoolYear={schoolYear} locksAt={period?.locksAt} onClose={close} onDone={done} />
      )}
      {dialog === 'SEAL' && period && <SealDialog period={period} onClose={close} onDone={done} />}
    </section>
  );
}

function Facts({ period }: { period: LockFactsFragment }) {
  const { t } = useLingui();
  const now = useNow();
  const days = daysUntil(period.locksAt, now);
  const facts: [string, React.ReactNode][] = [
    [t`Hạn chốt`, formatInstant(period.locksAt)],
    [t`Báo cáo Bộ`, formatInstant(period.reportsAt)],
    [t`Khối lớp`, period.grades.join(', ')],
  ];
  if (period.sealedAt) {
    facts.push([t`Đã chốt lúc`, formatInstant(period.sealedAt)]);
    facts.push([t`Số học bạ đã chốt`, formatNumber(period.sealedCount ?? 0)]);
    facts.push([t`Gốc sổ cái`, <span key="root" className="mono">{period.rootHash}</span>]);
  } else {
    facts.push([t`Còn lại`, days > 0 ? plural(days, { other: '# ngày' }) : t`đã đến hạn, chờ Sở chốt`]);
  }
  return (
    <>
      <dl className="facts">
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {period.sealsPending > 0 && (
        <Note tone="amber">{plural(period.sealsPending, { other: 'Đang đóng dấu chốt lên tệp: còn # học bạ.' })}</Note>
      )}
    </>
  );
}
