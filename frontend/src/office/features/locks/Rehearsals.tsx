import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useQuery } from 'urql';
import { formatNumber, formatTime } from '../../../shared/format';
import { Empty, Loaded } from '../../../staff/ui/Note';
import { RehearsalsDocument, type PeriodFactsFragment, type RehearsalsQuery } from '../../gql/graphql';
import { useAgain } from '../../useAgain';

const ASK_MS = 3000;

type Rehearsal = RehearsalsQuery['lockRehearsals'][number];

/** Locks that were carried out and undone, the newest first; one that runs is watched. */
export function Rehearsals({ period }: { period: PeriodFactsFragment }) {
  const [{ data, error }, refetch] = useQuery({ query: RehearsalsDocument, variables: { lockPeriodId: period.id } });
  const rehearsals = data?.lockRehearsals ?? [];
  const running = rehearsals.some((rehearsal) => !rehearsal.finishedAt);

  useAgain(period, refetch);
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => refetch({ requestPolicy: 'network-only' }), ASK_MS);
    return () => clearInterval(timer);
  }, [running, refetch]);

  return (
    <section aria-labelledby="rehearsals">
      <h2 id="rehearsals">
        <Trans>Chốt thử</Trans>
      </h2>
      <Loaded data={data} error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })}>
        {rehearsals.length === 0 ? (
          <Empty>
            <Trans>Chưa chốt thử lần nào. Chốt thử cho biết trước việc chốt mất bao lâu và còn thiếu gì, không thay đổi học bạ nào.</Trans>
          </Empty>
        ) : (
          <ol className="timeline">
            {rehearsals.map((rehearsal) => (
              <li key={rehearsal.id}>
                <Told rehearsal={rehearsal} />
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </section>
  );
}

function Told({ rehearsal }: { rehearsal: Rehearsal }) {
  const { t } = useLingui();
  const count = plural(rehearsal.recordCount, { other: '# học bạ' });
  const asked = formatTime(rehearsal.askedAt);
  if (!rehearsal.finishedAt) {
    return (
      <p role="status">
        <b>{asked}</b> <Trans>Đang chốt thử: đã làm {count}…</Trans>
      </p>
    );
  }
  const seconds = formatNumber(Math.round((rehearsal.seconds ?? 0) * 10) / 10);
  return (
    <>
      <p>
        <b>{asked}</b>{' '}
        <Trans>
          Chốt được {count} trong {seconds} giây; đã hoàn lại tất cả.
        </Trans>
      </p>
      {rehearsal.blockers.length > 0 && (
        <details>
          <summary>{t`Học bạ lỡ kỳ chốt thử`}</summary>
          <ul>
            {rehearsal.blockers.map((item) => (
              <li key={item.blocker}>
                {item.message}: {formatNumber(item.count)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
