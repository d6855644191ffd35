import { useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { WINDOWS } from '../../../staff/features/locks/windows';
import type { LockPeriodAction, PeriodFactsFragment } from '../../gql/graphql';
import { Acts, type FormProps } from '../../ui/Acts';
import { PERIOD_ACTIONS } from './actions';
import { ExceptDialog } from './ExceptDialog';
import { ScheduleDialog } from './ScheduleDialog';
import { SealDialog } from './SealDialog';

/** What I may do with a lock period, and why not the rest. */
export function PeriodActs({ period, onChanged }: { period: PeriodFactsFragment; onChanged: () => void }) {
  const { t } = useLingui();
  return (
    <Acts
      subject={period}
      table={PERIOD_ACTIONS}
      name={t(WINDOWS[period.window].label)}
      onDone={onChanged}
      renderForm={(action, props) => formOf(period, action, props)}
    />
  );
}

function formOf(period: PeriodFactsFragment, action: LockPeriodAction, props: FormProps): ReactNode {
  switch (action) {
    case 'SCHEDULE':
      return <ScheduleDialog window={period.window} schoolYear={period.schoolYear} dates={period} {...props} />;
    case 'EXCEPT':
      return <ExceptDialog period={period} {...props} />;
    case 'SEAL':
      return <SealDialog period={period} {...props} />;
    case 'REHEARSE':
      return null;
  }
}
