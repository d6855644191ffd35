import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useQuery } from 'urql';
import { formatTime } from '../../../shared/format';
import { useSchoolYear, useSession } from '../../../staff/features/session/SessionContext';
import { Empty, Loaded } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { AuditEventsDocument, type AuditEventsQuery } from '../../gql/graphql';
import { ChoiceField } from '../../ui/fields';
import { Pager, usePages } from '../../ui/Pager';
import { UnitChoice } from '../locks/UnitChoice';
import { ACT_NAMES } from './names';

/** Who did what, when, from where and why; nothing of it can be changed. */
export function AuditPage() {
  const { t } = useLingui();
  const schoolYear = useSchoolYear();
  const isSchool = useSession().assignment.unitKind === 'SCHOOL';
  const pages = usePages();
  const [schoolId, setSchool] = useState('');
  const [action, setAction] = useState('');
  const variables = { schoolId: schoolId || null, action: action || null, after: pages.after };
  const [{ data, error }, again] = useQuery({ query: AuditEventsDocument, variables });
  const events = data?.auditEvents.edges.map(({ node }) => node) ?? [];
  useTitle(t`Nhật ký`);

  function filter(set: (value: string) => void): (value: string) => void {
    return (value) => {
      pages.go([null]);
      set(value);
    };
  }

  const names = Object.entries(ACT_NAMES).flatMap(([value, label]) => (label ? [{ value, label: t(label) }] : []));
  return (
    <>
      <h1>
        <Trans>Nhật ký</Trans>
      </h1>
      <p>
        <Trans>Mỗi việc là một mắt xích: sửa, bớt hay chèn thêm một dòng đều bị phát hiện.</Trans>
      </p>
      <div className="filters">
        {!isSchool && <UnitChoice schoolsOnly schoolYear={schoolYear} value={schoolId} onChange={filter(setSchool)} />}
        <ChoiceField label={t`Việc`} none={t`Mọi việc`} value={action} onChange={filter(setAction)} choices={names} />
      </div>
      <Loaded data={data} error={error} onRetry={() => again({ requestPolicy: 'network-only' })}>
        {events.length === 0 ? (
          <Empty>
            <Trans>Không có việc nào khớp với bộ lọc này.</Trans>
          </Empty>
        ) : (
          <Events events={events} />
        )}
        <Pager pages={pages} info={data?.auditEvents.pageInfo} />
      </Loaded>
    </>
  );
}

function Events({ events }: { events: AuditEventsQuery['auditEvents']['edges'][number]['node'][] }) {
  const { t } = useLingui();
  return (
    <table className="table" aria-label={t`Nhật ký`}>
      <thead>
        <tr>
          <th scope="col">{t`Lúc`}</th>
          <th scope="col">{t`Ai`}</th>
          <th scope="col">{t`Việc`}</th>
          <th scope="col" className="wide-only">{t`Từ đâu`}</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <tr key={event.id}>
            <td>
              {formatTime(event.at)}
              {event.seal && <small className="soft"> {t`mắt xích ${event.seal.number}`}</small>}
            </td>
            <th scope="row">
              {event.actorName ?? t`Hệ thống`}
              <small>{event.actorPost}</small>
            </th>
            <td>
              <Act name={event.action} />{' '}
              {event.record && (
                <Link to="/hoc-ba/$recordId" params={{ recordId: event.record.id }}>
                  {event.record.pupilName}
                </Link>
              )}
              {event.reason && <div className="soft">{event.reason}</div>}
            </td>
            <td className="wide-only">
              {[event.school?.name, event.network, event.device].filter(Boolean).join(' · ')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Act({ name }: { name: string }) {
  const { t } = useLingui();
  const label = ACT_NAMES[name];
  return label ? t(label) : name;
}
