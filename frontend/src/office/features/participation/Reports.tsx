import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';
import { formatDate, formatTime } from '../../../shared/format';
import { whyNot } from '../../../staff/client';
import { Button } from '../../../staff/ui/Button';
import { Empty, Failure, Loaded } from '../../../staff/ui/Note';
import { say } from '../../../staff/ui/notices';
import { ParticipationReportMakeDocument, ParticipationReportsDocument, type ParticipationReportKind } from '../../gql/graphql';
import { ChoiceField } from '../../ui/fields';
import { Files } from '../../ui/Files';
import { usePolled } from '../../usePolled';
import { REPORT_KINDS } from './actions';

const KINDS = Object.keys(REPORT_KINDS) as ParticipationReportKind[];

/** Monthly reports as PDF and workbook. */
export function Reports({ schoolYear }: { schoolYear: string }) {
  const { t } = useLingui();
  const [kind, setKind] = useState<ParticipationReportKind>('SURVEY');
  const [problem, setProblem] = useState<string | null>(null);
  const [{ data, error }, refetch] = useQuery({ query: ParticipationReportsDocument, variables: { schoolYear } });
  const [{ fetching }, make] = useMutation(ParticipationReportMakeDocument);
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  const reports = data?.participationReports.edges.map(({ node }) => node) ?? [];
  usePolled(reports.some(({ ready }) => !ready), refetch);

  async function send(): Promise<void> {
    if (fetching) return;
    const why = whyNot(await make({ schoolYear, kind, month: new Date().toISOString().slice(0, 10) }));
    setProblem(why);
    if (why !== null) return;
    say(t`Đang vẽ báo cáo; tệp hiện ở đây khi xong.`);
    refresh();
  }

  return (
    <section aria-labelledby="reports">
      <h2 id="reports">
        <Trans>Báo cáo tháng (PDF, Excel)</Trans>
      </h2>
      {problem !== null && <Failure sentence={problem} />}
      <div className="filters">
        <ChoiceField
          label={t`Loại báo cáo`}
          value={kind}
          onChange={(value) => setKind(value as ParticipationReportKind)}
          choices={KINDS.map((value) => ({ value, label: t(REPORT_KINDS[value]) }))}
        />
        <Button aria-disabled={fetching} onClick={() => void send()}>
          <Trans>Lập báo cáo tháng này</Trans>
        </Button>
      </div>
      <Loaded data={data} error={error} onRetry={refresh}>
        {reports.length === 0 && (
          <Empty>
            <Trans>Chưa lập báo cáo nào trong năm học này.</Trans>
          </Empty>
        )}
        <ul className="report-list">
          {reports.map((report) => (
            <li key={report.id}>
              <b>{t(REPORT_KINDS[report.kind])}</b>, {report.unit?.name}, {formatDate(report.month).slice(3)}{' '}
              <small className="soft">{formatTime(report.madeAt)}</small>
              <Files
                key={report.pdfUrl}
                onStale={refresh}
                empty={t`Đang vẽ…`}
                files={[
                  { label: 'PDF', url: report.pdfUrl },
                  { label: 'Excel', url: report.xlsxUrl },
                ]}
              />
            </li>
          ))}
        </ul>
      </Loaded>
    </section>
  );
}
