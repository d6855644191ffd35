import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { WINDOWS } from '../../../staff/features/locks/windows';
import { useSchoolYear, useSession } from '../../../staff/features/session/SessionContext';
import { Button } from '../../../staff/ui/Button';
import type { LockWindow, PeriodFactsFragment } from '../../gql/graphql';
import { Tag } from '../../ui/Tag';
import { PeriodActs } from './PeriodActs';
import { PeriodState } from './PeriodState';
import { ScheduleDialog } from './ScheduleDialog';
import { STAGES } from './stages';

interface PeriodCardProps {
  window: LockWindow;
  period: PeriodFactsFragment | undefined;
  onChanged: () => void;
}

/** One lock: when, whom it takes, and how it went. */
export function PeriodCard({ window, period, onChanged }: PeriodCardProps) {
  const { t } = useLingui();
  return (
    <section className="card" aria-labelledby={window}>
      <h2 id={window}>{t(WINDOWS[window].label)}</h2>
      <p>{t(WINDOWS[window].who)}</p>
      {period ? (
        <>
          <p>
            <Tag view={STAGES[period.stage]} />
          </p>
          <PeriodState period={period} />
          <p>
            <Link to="/chot/$periodId" params={{ periodId: period.id }} className="button">
              {period.sealedAt ? <Trans>Xem kỳ chốt</Trans> : <Trans>Kiểm tra trước chốt</Trans>}
            </Link>
          </p>
          <PeriodActs period={period} onChanged={onChanged} />
        </>
      ) : (
        <NotSet window={window} onChanged={onChanged} />
      )}
    </section>
  );
}

/** A lock without a date yet: the department proposes the first. */
function NotSet({ window, onChanged }: { window: LockWindow; onChanged: () => void }) {
  const { t } = useLingui();
  const schoolYear = useSchoolYear();
  const isDepartment = useSession().assignment.role === 'DEPARTMENT_OFFICER';
  const [open, setOpen] = useState(false);
  return (
    <>
      <p className="nothing">{t`Sở chưa đặt hạn chốt.`}</p>
      {isDepartment && (
        <Button look="primary" onClick={() => setOpen(true)}>
          <Trans>Đề nghị hạn chốt</Trans>
        </Button>
      )}
      {open && (
        <ScheduleDialog
          window={window}
          schoolYear={schoolYear}
          onClose={() => setOpen(false)}
          onDone={() => {
            setOpen(false);
            onChanged();
          }}
        />
      )}
    </>
  );
}
