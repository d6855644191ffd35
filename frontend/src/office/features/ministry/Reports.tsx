import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { formatNumber, formatTime } from '../../../shared/format';
import { Empty } from '../../../staff/ui/Note';
import type { ReportFactsFragment } from '../../gql/graphql';
import { Acts } from '../../ui/Acts';
import { Tag } from '../../ui/Tag';
import { REPORT_ACTIONS, REPORT_STATES } from './actions';

/** Reports of one lock, the newest first. */
export function Reports({ reports, onChanged }: { reports: ReportFactsFragment[]; onChanged: () => void }) {
  const { t } = useLingui();
  if (reports.length === 0) {
    return (
      <Empty>
        <Trans>Chưa lập báo cáo nào cho kỳ này. Lập được khi kỳ đã chốt xong.</Trans>
      </Empty>
    );
  }
  return (
    <table className="table" aria-label={t`Các báo cáo`}>
      <thead>
        <tr>
          <th scope="col">{t`Báo cáo`}</th>
          <th scope="col">{t`Tình trạng`}</th>
          <th scope="col" className="number wide-only">{t`Học bạ`}</th>
          <th scope="col" className="number">{t`Bộ đã nhận`}</th>
          <th scope="col" className="number">{t`Bộ từ chối`}</th>
          <th scope="col" className="number wide-only">{t`Chờ`}</th>
        </tr>
      </thead>
      <tbody>
        {reports.map((report) => (
          <tr key={report.id}>
            <th scope="row">
              <Link to="/bao-cao-bo/$reportId" params={{ reportId: report.id }}>
                <Trans>Báo cáo số {report.number}</Trans>
              </Link>
              <small>{formatTime(report.askedAt)}</small>
            </th>
            <td>
              <Tag view={REPORT_STATES[report.state]} />
              {report.message && <small className="bad"> {report.message}</small>}
              <Acts brief subject={report} table={REPORT_ACTIONS} name={t`Báo cáo số ${report.number}`} onDone={onChanged} />
            </td>
            <td className="number wide-only">{formatNumber(report.recordCount)}</td>
            <td className="number">{formatNumber(report.received)}</td>
            <td className="number">{report.refused > 0 ? <b className="bad">{formatNumber(report.refused)}</b> : 0}</td>
            <td className="number wide-only">{formatNumber(report.waiting)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
