import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { formatNumber, formatTime } from '../../../shared/format';
import { useSchoolYear } from '../../../staff/features/session/SessionContext';
import { Empty, Loaded } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { PacketsDocument, SubmissionStatusDocument, type PacketFactsFragment } from '../../gql/graphql';
import { Acts } from '../../ui/Acts';
import { LiveLine } from '../../ui/LiveLine';
import { Pager, usePages } from '../../ui/Pager';
import { Tag } from '../../ui/Tag';
import { useLive } from '../../useLive';
import { PACKET_ACTIONS, PACKET_STAGES } from './actions';

const PAGE = 50;

/** Packets sent to the department and how far each is, newest first; they move by themselves. */
export function SubmissionList() {
  const { t } = useLingui();
  const schoolYear = useSchoolYear();
  const pages = usePages();
  const variables = { schoolId: null, first: PAGE, after: pages.after };
  const [{ data, error }, refetch] = useQuery({ query: PacketsDocument, variables });
  const packets = data?.submissions.edges.map(({ node }) => node).filter((item) => item.schoolYear === schoolYear) ?? [];
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  const isLive = useLive(SubmissionStatusDocument, refresh);
  useTitle(t`Gói báo cáo`);
  return (
    <>
      <h1>
        <Trans>Gói báo cáo</Trans>
      </h1>
      <LiveLine isLive={isLive} />
      <Loaded data={data} error={error} onRetry={refresh}>
        {packets.length === 0 ? (
          <Empty>
            <Trans>
              Chưa có gói báo cáo nào trong năm học này. Gói xuất hiện khi nhà trường nộp học bạ đã đóng dấu của một lớp.
            </Trans>
          </Empty>
        ) : (
          <>
            <Packets packets={packets} onChanged={refresh} />
            <p>
              <Link to="/hoc-ba" search={{ trangthai: 'SUBMITTED' }}>
                <Trans>Xem từng học bạ đang chờ Sở</Trans>
              </Link>
            </p>
          </>
        )}
        <Pager pages={pages} info={data?.submissions.pageInfo} />
      </Loaded>
    </>
  );
}

function Packets({ packets, onChanged }: { packets: PacketFactsFragment[]; onChanged: () => void }) {
  const { t } = useLingui();
  return (
    <table className="table" aria-label={t`Các gói báo cáo`}>
      <thead>
        <tr>
          <th scope="col">{t`Trường, lớp`}</th>
          <th scope="col" className="wide-only">{t`Nộp lúc`}</th>
          <th scope="col">{t`Tình trạng`}</th>
          <th scope="col" className="number">{t`Chờ`}</th>
          <th scope="col" className="number wide-only">{t`Chấp nhận`}</th>
          <th scope="col" className="number">{t`Từ chối`}</th>
          <th scope="col" className="number wide-only">{t`Thu hồi`}</th>
        </tr>
      </thead>
      <tbody>
        {packets.map((packet) => (
          <tr key={packet.id}>
            <th scope="row">
              <Link to="/goi-bao-cao/$submissionId" params={{ submissionId: packet.id }}>
                {packet.schoolName}, {packet.className}
              </Link>
            </th>
            <td className="wide-only">{formatTime(packet.submittedAt)}</td>
            <td>
              <Tag view={PACKET_STAGES[packet.stage]} />
              {packet.waitsMessage && <small className="bad"> {packet.waitsMessage}</small>}
              <Acts brief subject={packet} table={PACKET_ACTIONS} name={`${packet.schoolName}, ${packet.className}`} onDone={onChanged} />
            </td>
            <td className="number">{packet.pending > 0 ? <b className="open-count">{packet.pending}</b> : 0}</td>
            <td className="number wide-only">{formatNumber(packet.accepted)}</td>
            <td className="number">{packet.rejected > 0 ? <b className="bad">{packet.rejected}</b> : 0}</td>
            <td className="number wide-only">{formatNumber(packet.withdrawn)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
