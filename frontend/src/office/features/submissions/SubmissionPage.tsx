import { Trans, useLingui } from '@lingui/react/macro';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { formatTime } from '../../../shared/format';
import { Failure, Loaded, Note } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { PacketDocument, SubmissionStatusDocument, type PacketQuery } from '../../gql/graphql';
import { Acts } from '../../ui/Acts';
import { Facts } from '../../ui/Facts';
import { Files } from '../../ui/Files';
import { LiveLine } from '../../ui/LiveLine';
import { Tag } from '../../ui/Tag';
import { useLive } from '../../useLive';
import { PACKET_ACTIONS, PACKET_STAGES } from './actions';
import { Verdicts } from './Verdicts';

const route = getRouteApi('/goi-bao-cao/$submissionId');

export type PacketView = Extract<PacketQuery['node'], { __typename: 'Submission' }>;

/** One class packet: how far it is, the verdict on each record, and what the department signed for it. */
export function SubmissionPage() {
  const { t } = useLingui();
  const { submissionId } = route.useParams();
  const [{ data, error }, refetch] = useQuery({ query: PacketDocument, variables: { id: submissionId } });
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  const isLive = useLive(SubmissionStatusDocument, refresh);
  const packet = data?.node?.__typename === 'Submission' ? data.node : null;
  useTitle(t`Gói báo cáo`);
  return (
    <Loaded data={data} error={error} onRetry={refresh}>
      <LiveLine isLive={isLive} />
      {packet ? <Found packet={packet} onChanged={refresh} /> : <Failure sentence={t`Không tìm thấy gói báo cáo này.`} />}
    </Loaded>
  );
}

function Found({ packet, onChanged }: { packet: PacketView; onChanged: () => void }) {
  const { t } = useLingui();
  const time = (instant: string | null | undefined) => instant && formatTime(instant);
  const name = `${packet.schoolName}, ${packet.className}`;
  return (
    <>
      <p className="back">
        <Link to="/goi-bao-cao">
          <Trans>Gói báo cáo</Trans>
        </Link>
      </p>
      <h1>{name}</h1>
      <p>
        <Tag view={PACKET_STAGES[packet.stage]} />
      </p>
      {packet.waitsMessage && <Note tone="amber">{packet.waitsMessage}</Note>}
      <Acts subject={packet} table={PACKET_ACTIONS} name={name} onDone={onChanged} />
      <div className="period-columns">
        <section aria-label={t`Biên nhận`}>
          <Facts
            facts={[
              [t`Nộp lúc`, time(packet.submittedAt)],
              [t`Đóng dấu trường`, time(packet.sealedAt)],
              [t`Sở kiểm tra xong`, time(packet.checkedAt)],
              [t`Biên nhận ký lúc`, time(packet.answeredAt)],
            ]}
          />
          <h2>
            <Trans>Tệp</Trans>
          </h2>
          <Files
            key={packet.receiptUrl}
            onStale={onChanged}
            files={[
              { label: t`Bảng kê có dấu trường (XML)`, url: packet.packetUrl },
              { label: t`Biên nhận có chữ ký của Sở (XML)`, url: packet.receiptUrl },
              { label: t`Dấu thời gian của biên nhận (RFC 3161)`, url: packet.receiptTimestampUrl },
              { label: t`Biên nhận cuối, có bằng chứng trong sổ cái (XML)`, url: packet.finalReceiptUrl },
              { label: t`Dấu thời gian của biên nhận cuối (RFC 3161)`, url: packet.finalReceiptTimestampUrl },
            ]}
            empty={t`Bảng kê và biên nhận xuất hiện ở đây khi được ký.`}
          />
        </section>
        <Verdicts packet={packet} />
      </div>
    </>
  );
}
