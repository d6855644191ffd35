import { Trans, useLingui } from '@lingui/react/macro';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { formatNumber, formatTime } from '../../../shared/format';
import { WINDOWS } from '../../../staff/features/locks/windows';
import { Failure, Loaded, Note } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { MinistryReportDocument, type MinistryItemState, type ReportFactsFragment } from '../../gql/graphql';
import { Acts } from '../../ui/Acts';
import { Facts, Mono } from '../../ui/Facts';
import { usePages } from '../../ui/Pager';
import { Tag } from '../../ui/Tag';
import { usePolled } from '../../usePolled';
import { REPORT_ACTIONS, REPORT_STATES } from './actions';
import { Items } from './Items';
import { Parts } from './Parts';

const route = getRouteApi('/bao-cao-bo/$reportId');

/** One report: its files, and what the Ministry said of each record. */
export function ReportPage() {
  const { t } = useLingui();
  const { reportId } = route.useParams();
  const [state, setState] = useState<MinistryItemState | null>(null);
  const pages = usePages();
  const variables = { id: reportId, state, after: pages.after };
  const [{ data, error }, refetch] = useQuery({ query: MinistryReportDocument, variables });
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  const report = data?.node?.__typename === 'MinistryReport' ? data.node : null;
  usePolled(report !== null && report.state !== 'ANSWERED' && report.state !== 'READY', refetch);
  useTitle(t`Báo cáo Bộ`);
  return (
    <Loaded data={data} error={error} onRetry={refresh}>
      {report ? <Found report={report} onChanged={refresh} /> : <Failure sentence={t`Không tìm thấy báo cáo này.`} />}
      {data && <Parts parts={data.ministryParts.nodes} />}
      {data && (
        <Items
          page={data.ministryItems}
          pages={pages}
          state={state}
          onState={(chosen) => {
            pages.go([null]);
            setState(chosen);
          }}
        />
      )}
    </Loaded>
  );
}

function Found({ report, onChanged }: { report: ReportFactsFragment; onChanged: () => void }) {
  const { t } = useLingui();
  const time = (instant: string | null | undefined) => instant && formatTime(instant);
  const root = report.recordsRoot && <Mono>{report.recordsRoot}</Mono>;
  const manifest = report.manifestDigest && <Mono>{report.manifestDigest}</Mono>;
  return (
    <>
      <p className="back">
        <Link to="/bao-cao-bo">
          <Trans>Báo cáo Bộ</Trans>
        </Link>
      </p>
      <h1>
        <Trans>Báo cáo số {report.number}</Trans>
      </h1>
      <p>
        <Tag view={REPORT_STATES[report.state]} /> · {t(WINDOWS[report.window].label)}
      </p>
      {report.message && <Note tone="amber">{report.message}</Note>}
      <Acts subject={report} table={REPORT_ACTIONS} name={t`Báo cáo số ${report.number}`} onDone={onChanged} />
      <Facts
        facts={[
          [t`Lập lúc`, time(report.askedAt)],
          [t`Bộ có đủ tệp lúc`, time(report.sentAt)],
          [t`Bộ trả lời xong lúc`, time(report.answeredAt)],
          [t`Học bạ`, formatNumber(report.recordCount)],
          [t`Gốc Merkle`, root],
          [t`SHA-256 của bảng kê`, manifest],
        ]}
      />
    </>
  );
}
