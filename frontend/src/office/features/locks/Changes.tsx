import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from 'urql';
import { formatInstant, formatTime } from '../../../shared/format';
import { WINDOWS } from '../../../staff/features/locks/windows';
import { Empty, Loaded, Note } from '../../../staff/ui/Note';
import { CalendarChangesDocument, type ChangeFactsFragment } from '../../gql/graphql';
import { Acts } from '../../ui/Acts';
import { Tag } from '../../ui/Tag';
import { useAgain } from '../../useAgain';
import { CHANGE_ACTIONS } from './actions';
import { decisionOf } from './decisions';

interface ChangesProps {
  schoolYear: string;
  /** The calendar as it is known; a new one asks for the changes anew. */
  known: unknown;
  onChanged: () => void;
}

/** Every change of the year's dates: proposed by one, confirmed by another. */
export function Changes({ schoolYear, known, onChanged }: ChangesProps) {
  const { t } = useLingui();
  const [{ data, error }, refetch] = useQuery({ query: CalendarChangesDocument });
  const changes = data?.calendarChanges.filter((change) => change.schoolYear === schoolYear) ?? [];
  useAgain(known, refetch);
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">
        <Trans>Đề nghị đổi hạn</Trans>
      </h2>
      <Loaded data={data} error={error} onRetry={() => refetch({ requestPolicy: 'network-only' })}>
        {data && !data.lockClock.agrees && <Note tone="amber">{data.lockClock.message}</Note>}
        {changes.length === 0 ? (
          <Empty>
            <Trans>Chưa ai đề nghị hạn nào cho năm học này.</Trans>
          </Empty>
        ) : (
          <div className="scrolls" role="group" aria-labelledby="changes" tabIndex={0}>
            <table className="table" aria-labelledby="changes">
              <thead>
                <tr>
                  <th scope="col">{t`Kỳ`}</th>
                  <th scope="col">{t`Hạn mới`}</th>
                  <th scope="col">{t`Lý do`}</th>
                  <th scope="col">{t`Người đề nghị`}</th>
                  <th scope="col">{t`Tình trạng`}</th>
                </tr>
              </thead>
              <tbody>
                {changes.map((change) => (
                  <Change key={change.id} change={change} onChanged={onChanged} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {data && <Clock now={data.lockClock.now} />}
      </Loaded>
    </section>
  );
}

function Change({ change, onChanged }: { change: ChangeFactsFragment; onChanged: () => void }) {
  const { t } = useLingui();
  const label = t(WINDOWS[change.window].label);
  const locks = formatInstant(change.locksAt);
  const reports = formatInstant(change.reportsAt);
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>
        {locks}
        <br />
        <small>
          <Trans>báo cáo Bộ {reports}</Trans>
        </small>
      </td>
      <td>{change.reason}</td>
      <td>
        {change.proposedBy}
        <br />
        <small>{formatTime(change.proposedAt)}</small>
      </td>
      <td>
        <Tag view={decisionOf(change)} />
        {change.decidedBy && change.decidedAt && (
          <>
            <br />
            <small>
              {change.decidedBy}, {formatTime(change.decidedAt)}
            </small>
          </>
        )}
        {!change.decidedAt && <Acts subject={change} table={CHANGE_ACTIONS} name={`${label}, ${locks}`} onDone={onChanged} />}
      </td>
    </tr>
  );
}

function Clock({ now }: { now: string }) {
  const time = formatInstant(now);
  return (
    <p className="soft">
      <Trans>Hạn tính theo đồng hồ máy chủ; lúc tải trang là {time}.</Trans>
    </p>
  );
}
