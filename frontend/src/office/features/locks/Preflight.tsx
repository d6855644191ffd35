import { Trans, useLingui } from '@lingui/react/macro';
import { Link, useNavigate } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { formatNumber } from '../../../shared/format';
import { useSession } from '../../../staff/features/session/SessionContext';
import { Loaded, Note } from '../../../staff/ui/Note';
import { PreflightDocument, type Blocker, type BlockerFactsFragment, type PeriodFactsFragment } from '../../gql/graphql';
import { Missing } from './Missing';
import { UnitChoice } from './UnitChoice';

interface PreflightProps {
  period: PeriodFactsFragment;
  unitId: string | undefined;
  blocker: Blocker | undefined;
}

/** What the lock would take and miss if it were now: by what bars the records, and what clears each. */
export function Preflight({ period, unitId, blocker }: PreflightProps) {
  const navigate = useNavigate({ from: '/chot/$periodId' });
  const isSchool = useSession().assignment.unitKind === 'SCHOOL';
  const variables = { lockPeriodId: period.id, unitId: unitId ?? null };
  const [{ data, error, stale }, again] = useQuery({ query: PreflightDocument, variables });
  const flight = data?.lockPreflight;
  return (
    <section aria-labelledby="preflight" aria-busy={stale}>
      <h2 id="preflight">
        <Trans>Nếu chốt bây giờ</Trans>
      </h2>
      {!isSchool && (
        <UnitChoice
          schoolYear={period.schoolYear}
          value={unitId ?? ''}
          onChange={(chosen) => void navigate({ search: (old) => ({ ...old, don_vi: chosen || undefined, vuong: undefined }) })}
        />
      )}
      <Loaded data={data} error={error} onRetry={() => again({ requestPolicy: 'network-only' })}>
        {flight && <Sums {...flight} />}
        {flight && flight.blockers.length > 0 && <Blockers blockers={flight.blockers} chosen={blocker} periodId={period.id} />}
        {flight && flight.missing > 0 && <Missing key={`${unitId} ${blocker}`} period={period} unitId={unitId} blocker={blocker} />}
      </Loaded>
    </section>
  );
}

function Sums({ total, ready, missing }: { total: number; ready: number; missing: number }) {
  const { t } = useLingui();
  if (total > 0 && missing === 0) {
    const all = formatNumber(total);
    return (
      <Note tone="green">
        <Trans>Cả {all} học bạ của kỳ này đều sẵn sàng để chốt.</Trans>
      </Note>
    );
  }
  const sums: [string, number][] = [
    [t`Học bạ của kỳ này`, total],
    [t`Sẵn sàng để chốt`, ready],
    [t`Sẽ lỡ kỳ chốt`, missing],
  ];
  return (
    <dl className="counts">
      {sums.map(([label, count]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{formatNumber(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

interface BlockersProps {
  blockers: BlockerFactsFragment[];
  chosen: Blocker | undefined;
  periodId: string;
}

function Blockers({ blockers, chosen, periodId }: BlockersProps) {
  const { t } = useLingui();
  return (
    <table className="table" aria-label={t`Lý do lỡ kỳ chốt`}>
      <thead>
        <tr>
          <th scope="col">{t`Vướng mắc`}</th>
          <th scope="col">{t`Cách gỡ`}</th>
          <th scope="col" className="number">{t`Học bạ`}</th>
        </tr>
      </thead>
      <tbody>
        {blockers.map((item) => (
          <tr key={item.blocker} className={item.blocker === chosen ? 'chosen' : undefined}>
            <th scope="row">{item.message}</th>
            <td>{item.remedyMessage}</td>
            <td className="number">
              <Link
                to="/chot/$periodId"
                params={{ periodId }}
                search={(old) => ({ ...old, vuong: item.blocker === chosen ? undefined : item.blocker })}
                resetScroll={false}
                aria-label={t`${item.message}: ${formatNumber(item.count)}`}
              >
                {formatNumber(item.count)}
              </Link>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
