import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';

interface RecordCellProps {
  record: { id: string; pupilName: string; className: string; school?: { name: string } | null | undefined } | null | undefined;
}

/** Names a record and leads to it; one that only the Ministry knows has no name here. */
export function RecordCell({ record }: RecordCellProps) {
  const { t } = useLingui();
  if (!record) return <th scope="row">{t`Sở không có học bạ này`}</th>;
  return (
    <th scope="row">
      <Link to="/hoc-ba/$recordId" params={{ recordId: record.id }}>
        {record.pupilName}
      </Link>
      <small>
        {record.className}, {record.school?.name}
      </small>
    </th>
  );
}
