import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { formatInstant, formatNumber, formatTime } from '../../../shared/format';
import { Note } from '../../../staff/ui/Note';
import type { MinistryDifferenceKind, MinistryReportsQuery, PeriodFactsFragment } from '../../gql/graphql';
import { Facts } from '../../ui/Facts';
import { DIFFERENCES } from './actions';
import { Differences } from './Differences';

interface StandingProps {
  period: PeriodFactsFragment;
  standing: MinistryReportsQuery['ministryStanding'];
}

/** Where a lock stands between school, department and Ministry; every number opens its records. */
export function Standing({ period, standing }: StandingProps) {
  const { t } = useLingui();
  const [chosen, setChosen] = useState<MinistryDifferenceKind | null>(null);
  const days = standing.daysLeft;
  const found = standing.differences.filter(({ count }) => count > 0);
  return (
    <>
      {!standing.configured && (
        <Note tone="amber">
          <Trans>Máy chủ chưa được đặt địa chỉ của Bộ: báo cáo lập được nhưng chưa gửi được.</Trans>
        </Note>
      )}
      <Facts
        facts={[
          [t`Hạn báo cáo`, formatInstant(standing.reportsAt)],
          [t`Còn lại`, days >= 0 ? plural(days, { other: '# ngày' }) : plural(-days, { other: 'quá hạn # ngày' })],
          [t`Chưa có trong báo cáo nào`, formatNumber(standing.toReport)],
          [t`Bộ cho biết đang giữ lúc`, standing.inventoryAt && formatTime(standing.inventoryAt)],
        ]}
      />
      <h3>
        <Trans>Chênh lệch giữa trường, Sở và Bộ</Trans>
      </h3>
      {found.length === 0 ? (
        <p className="soft">
          <Trans>Không có chênh lệch nào.</Trans>
        </p>
      ) : (
        <ul className="differences">
          {found.map(({ kind, count }) => (
            <li key={kind}>
              <button type="button" className="link" aria-expanded={chosen === kind} onClick={() => setChosen(chosen === kind ? null : kind)}>
                {t(DIFFERENCES[kind])}: <b>{formatNumber(count)}</b>
              </button>
              {chosen === kind && <Differences lockPeriodId={period.id} kind={kind} />}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
