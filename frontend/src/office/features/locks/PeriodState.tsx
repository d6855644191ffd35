import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { formatInstant, formatNumber } from '../../../shared/format';
import { daysUntil } from '../../../staff/features/locks/deadline';
import { Note } from '../../../staff/ui/Note';
import { useNow } from '../../../staff/ui/useNow';
import type { PeriodFactsFragment } from '../../gql/graphql';
import { Facts, Mono } from '../../ui/Facts';

/** When a period locks or was locked, by whom, how many records, and what of it is still going on. */
export function PeriodState({ period }: { period: PeriodFactsFragment }) {
  const { t } = useLingui();
  const now = useNow();
  const days = daysUntil(period.locksAt, now);
  const began = period.lockBeganAt && formatInstant(period.lockBeganAt);
  const sealed = period.sealedAt && formatInstant(period.sealedAt);
  const root = period.rootHash && <Mono>{period.rootHash}</Mono>;
  return (
    <>
      <Facts
        facts={[
          [t`Hạn chốt`, formatInstant(period.locksAt)],
          [t`Còn lại`, days > 0 && !began ? plural(days, { other: '# ngày' }) : null],
          [t`Báo cáo Bộ`, formatInstant(period.reportsAt)],
          [t`Khối lớp`, period.grades.join(', ')],
          [t`Sở bắt đầu chốt`, began],
          [t`Chốt xong`, sealed],
          [t`Số học bạ đã chốt`, began ? formatNumber(period.sealedCount ?? period.lockedCount) : null],
          [t`Gốc sổ cái`, root],
        ]}
      />
      {period.stage === 'LOCKING' && <Locking period={period} />}
      {period.sealsPending > 0 && (
        <Note tone="amber">
          {plural(period.sealsPending, { other: 'Đang đóng dấu chốt lên tệp: còn # học bạ.' })}
          <ul>
            {period.sealsWaiting.map((waiting) => (
              <li key={waiting.code}>
                {formatNumber(waiting.count)}: {waiting.message}
              </li>
            ))}
          </ul>
        </Note>
      )}
    </>
  );
}

/** A lock under way; whoever watches sees the number grow. */
function Locking({ period }: { period: PeriodFactsFragment }) {
  const locked = formatNumber(period.lockedCount);
  return (
    <Note tone="amber">
      <Trans>Đang chốt: đã chốt {locked} học bạ. Đóng trang này cũng không dừng việc chốt.</Trans>
    </Note>
  );
}
