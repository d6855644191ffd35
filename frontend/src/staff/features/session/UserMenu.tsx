import { i18n } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useClient } from 'urql';
import { switchStaffLanguage } from '../../office';
import { whyNot } from '../../client';
import { ActAsDocument } from '../../gql/graphql';
import { Disclosure } from '../../ui/Disclosure';
import { say } from '../../ui/notices';
import { ROLES } from './roles';
import type { Assignment, Session } from './SessionContext';

interface UserMenuProps {
  viewer: Session['viewer'];
  assignment: Assignment | undefined;
}

/** Who I am, in which assignment I act, language and the way out. */
export function UserMenu({ viewer, assignment }: UserMenuProps) {
  const { t } = useLingui();
  if (!viewer.name) return <LanguageSwitch className="menu-button" />;
  return (
    <Disclosure
      label={t`Tài khoản: ${viewer.name}`}
      button={
        <span className="person">
          <b>{viewer.name}</b>
          <small>{assignment?.post}</small>
        </span>
      }
    >
      {viewer.assignments.length > 0 && <Assignments assignments={viewer.assignments} />}
      <LanguageSwitch className="menu-item" />
      <a className="menu-item" href="/auth/logout">
        <Trans>Đăng xuất</Trans>
      </a>
    </Disclosure>
  );
}

function LanguageSwitch({ className }: { className: string }) {
  const other = i18n.locale === 'vi' ? 'en' : 'vi';
  return (
    <button type="button" className={className} lang={other} onClick={() => void switchStaffLanguage(other)}>
      {other === 'en' ? 'English' : 'Tiếng Việt'}
    </button>
  );
}

function Assignments({ assignments }: { assignments: Assignment[] }) {
  const { t } = useLingui();
  const client = useClient();

  /** Another assignment sees other records: everything on screen starts anew. */
  async function actAs(assignmentId: string): Promise<void> {
    const why = whyNot(await client.mutation(ActAsDocument, { assignmentId }).toPromise());
    if (why === null) location.assign('/');
    else say(why || t`Chưa đổi được phân công; hãy thử lại.`);
  }

  return (
    <section className="assignments" aria-labelledby="assignments">
      <h2 id="assignments">
        <Trans>Làm việc với phân công</Trans>
      </h2>
      {assignments.map((item) => (
        <button
          key={item.id}
          type="button"
          className="menu-item"
          aria-current={item.current ? 'true' : undefined}
          onClick={() => void (item.current || actAs(item.id))}
        >
          <span className="menu-mark" aria-hidden="true">
            {item.current && '✓'}
          </span>
          <span>
            {t(ROLES[item.role].label)}
            <small>{item.unitName}</small>
          </span>
        </button>
      ))}
    </section>
  );
}
