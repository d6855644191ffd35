import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { formatNumber } from '../../../shared/format';
import { Button } from '../../ui/Button';
import { Note } from '../../ui/Note';
import { ImportLines } from './ImportLines';
import type { Report } from './ImportPage';

interface ImportReportProps {
  report: Report;
  busy: boolean;
  onImport: (allOrNothing: boolean) => void;
}

/** What the file would change, or has changed, and every row that needs a look. */
export function ImportReport({ report, busy, onImport }: ImportReportProps) {
  const { t } = useLingui();
  const good = report.created + report.changed;
  return (
    <>
      <dl className="counts">
        <Count label={t`Dòng`} value={report.rows} />
        <Count label={t`Tạo mới`} value={report.created} />
        <Count label={t`Thay đổi`} value={report.changed} />
        <Count label={t`Không đổi`} value={report.unchanged} />
        <Count label={t`Bị từ chối`} value={report.refused} />
      </dl>
      {report.dryRun ? <Decision report={report} good={good} busy={busy} onImport={onImport} /> : <Done good={good} />}
      {report.lines.length > 0 && <ImportLines lines={report.lines} />}
    </>
  );
}

function Count({ label, value }: { label: string; value: number }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{formatNumber(value)}</dd>
    </div>
  );
}

function Decision({ report, good, busy, onImport }: ImportReportProps & { good: number }) {
  const [allOrNothing, setAllOrNothing] = useState(false);
  const id = useId();
  if (good === 0) {
    return (
      <Note tone="amber">
        {report.refused > 0 ? (
          <Trans>Không có thay đổi nào để ghi. Hãy sửa các dòng bị từ chối theo danh sách bên dưới rồi chọn lại tệp.</Trans>
        ) : (
          <Trans>Tệp trùng với học bạ đang có; không cần nhập.</Trans>
        )}
      </Note>
    );
  }
  const blocked = allOrNothing && report.refused > 0;
  return (
    <div className="decision">
      {report.refused > 0 && (
        <p>
          <input id={id} type="checkbox" checked={allOrNothing} onChange={(event) => setAllOrNothing(event.target.checked)} />{' '}
          <label htmlFor={id}>
            <Trans>Chỉ nhập khi mọi dòng đều đúng</Trans>
          </label>
        </p>
      )}
      <Button look="primary" aria-disabled={busy || blocked} onClick={() => busy || blocked || onImport(allOrNothing)}>
        {plural(good, { other: 'Nhập # dòng' })}
      </Button>
      {blocked && (
        <p className="soft">
          <Trans>Còn dòng bị từ chối nên chưa nhập gì.</Trans>
        </p>
      )}
    </div>
  );
}

function Done({ good }: { good: number }) {
  return (
    <Note tone="green">
      {plural(good, { other: 'Đã ghi # học bạ nháp.' })}{' '}
      <Link to="/hoc-ba" search={{ trangthai: 'DRAFT' }}>
        <Trans>Xem danh sách</Trans>
      </Link>
    </Note>
  );
}
