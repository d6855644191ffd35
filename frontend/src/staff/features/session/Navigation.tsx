import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link, useNavigate } from '@tanstack/react-router';
import { formatYear } from '../../../shared/format';
import { ROLES, type Screen } from './roles';
import { useSchoolYear, useSession } from './SessionContext';

const SCREENS = {
  OVERVIEW: { to: '/', label: msg`Tổng quan` },
  RECORDS: { to: '/hoc-ba', label: msg`Học bạ` },
  SIGNING: { to: '/ky', label: msg`Đợt ký` },
  SUBMISSIONS: { to: '/goi-bao-cao', label: msg`Gói báo cáo` },
  LOCKS: { to: '/chot', label: msg`Kỳ chốt` },
  PROGRESS: { to: '/tien-do', label: msg`Tiến độ` },
  PARTICIPATION: { to: '/tham-gia', label: msg`Tham gia` },
  TRANSFERS: { to: '/chuyen-truong', label: msg`Chuyển trường` },
  MINISTRY: { to: '/bao-cao-bo', label: msg`Báo cáo Bộ` },
  LEDGER: { to: '/so-cai', label: msg`Sổ cái` },
  STAFF: { to: '/nhan-su', label: msg`Nhân sự` },
  INTEGRATORS: { to: '/ket-noi', label: msg`Kết nối` },
  AUDIT: { to: '/nhat-ky', label: msg`Nhật ký` },
  IMPORTS: { to: '/nhap', label: msg`Nhập tệp` },
} as const satisfies Record<Screen, { to: string; label: MessageDescriptor }>;

export function Navigation() {
  const { t } = useLingui();
  const { assignment } = useSession();
  return (
    <nav className="side" aria-label={t`Chính`}>
      <YearChoice />
      {ROLES[assignment.role].screens.map((screen) => (
        <Link key={screen} to={SCREENS[screen].to} activeOptions={{ exact: screen === 'OVERVIEW', includeSearch: false }}>
          {t(SCREENS[screen].label)}
        </Link>
      ))}
    </nav>
  );
}

function YearChoice() {
  const { years } = useSession();
  const year = useSchoolYear();
  const navigate = useNavigate();
  const choices = years.includes(year) ? years : [year, ...years];
  return (
    <label className="year-choice">
      <span>
        <Trans>Năm học</Trans>
      </span>
      <select
        value={year}
        onChange={(event) => void navigate({ to: '.', search: (old) => ({ ...old, nam: event.target.value, lop: undefined }) })}
      >
        {choices.map((choice) => (
          <option key={choice} value={choice}>
            {formatYear(choice)}
          </option>
        ))}
      </select>
    </label>
  );
}
