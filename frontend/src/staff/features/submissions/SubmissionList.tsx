import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { formatNumber, formatTime } from '../../../shared/format';
import { SubmissionsDocument, type SubmissionFactsFragment } from '../../gql/graphql';
import { Button } from '../../ui/Button';
import { Empty, Loaded } from '../../ui/Note';
import { useTitle } from '../../ui/useTitle';
import { useSchoolYear, useSession } from '../session/SessionContext';
import { AcceptPacket } from './AcceptPacket';

const PAGE = 50;

/** Packets sent to the department and its verdicts, newest first. */
export function SubmissionList() {
  const { t } = useLingui();
  const schoolYear = useSchoolYear();
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const after = cursors.at(-1) ?? null;
  const [{ data, error }, refetch] = useQuery({ query: SubmissionsDocument, variables: { schoolId: null, first: PAGE, after } });
  const packets = data?.submissions.edges.map((edge) => edge.node).filter((item) => item.schoolYear === schoolYear) ?? [];
  const { hasNextPage = false, endCursor = null } = data?.submissions.pageInfo ?? {};
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  useTitle(t`Gói báo cáo`);
  return (
    <>
      <h1>
        <Trans>Gói báo cáo</Trans>
      </h1>
      <Loaded data={data} error={error} onRetry={refresh}>
        {packets.length === 0 ? (
          <Empty>
            <Trans>
              Chưa có gói báo cáo nào trong năm học này. Gói xuất hiện khi nhà trường nộp học bạ đã đóng dấu của một lớp.
            </Trans>
          </Empty>
        ) : (
          <Packets packets={packets} onChanged={refresh} />
        )}
        <div className="row-actions">
          {cursors.length > 1 && (
            <Button onClick={() => setCursors(cursors.slice(0, -1))}>
              <Trans>Mới hơn</Trans>
            </Button>
          )}
          {hasNextPage && (
            <Button onClick={() => setCursors([...cursors, endCursor])}>
              <Trans>Cũ hơn</Trans>
            </Button>
          )}
        </div>
      </Loaded>
    </>
  );
}

function Packets({ packets, onChanged }: { packets: SubmissionFactsFragment[]; onChanged: () => void }) {
  const { t } = useLingui();
  const isDepartment = useSession().assignment.role === 'DEPARTMENT_OFFICER';
  const [accepting, setAccepting] = useState<SubmissionFactsFragment | null>(null);
  return (
    <>
      <table className="table" aria-label={t`Các gói báo cáo`}>
        <thead>
          <tr>
            <th scope="col">{t`Trường, lớp`}</th>
            <th scope="col">{t`Nộp lúc`}</th>
            <th scope="col" className="number">{t`Chờ kiểm tra`}</th>
            <th scope="col" className="number wide-only">{t`Chấp nhận`}</th>
            <th scope="col" className="number wide-only">{t`Từ chối`}</th>
            <th scope="col" className="number wide-only">{t`Thu hồi`}</th>
            {isDepartment && <th scope="col">{t`Việc`}</th>}
          </tr>
        </thead>
        <tbody>
          {packets.map((packet) => (
            <tr key={packet.id}>
              <th scope="row">
                {packet.schoolName} <small>{packet.className}</small>
              </th>
              <td>{formatTime(packet.submittedAt)}</td>
              <td className="number">{packet.pending > 0 ? <b className="open-count">{packet.pending}</b> : 0}</td>
              <td className="number wide-only">{formatNumber(packet.accepted)}</td>
              <td className="number wide-only">{packet.rejected > 0 ? <b className="bad">{packet.rejected}</b> : 0}</td>
              <td className="number wide-only">{formatNumber(packet.withdrawn)}</td>
              {isDepartment && (
                <td>
                  {packet.pending > 0 && (
                    <Button aria-label={t`Chấp nhận ${packet.schoolName}, ${packet.className}`} onClick={() => setAccepting(packet)}>
                      <Trans>Chấp nhận</Trans>
                    </Button>
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {isDepartment && (
        <p>
          <Link to="/hoc-ba" search={{ trangthai: 'SUBMITTED' }}>
            <Trans>Xem, chấp nhận hoặc từ chối từng học bạ đang chờ</Trans>
          </Link>
        </p>
      )}
      {accepting && (
        <AcceptPacket
          packet={accepting}
          onClose={() => setAccepting(null)}
          onDone={() => {
            setAccepting(null);
            onChanged();
          }}
        />
      )}
    </>
  );
}
