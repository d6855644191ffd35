import { Trans, useLingui } from '@lingui/react/macro';
import { Outlet, useLocation } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useQuery } from 'urql';
import { sessionEnded, stepUpAsked } from '../../client';
import { SchoolYearsDocument, SessionDocument } from '../../gql/graphql';
import { useStore } from '../../store';
import { openOffice } from '../../office';
import { Loaded, Note, Skeleton } from '../../ui/Note';
import { Notices } from '../../ui/notices';
import { Navigation } from './Navigation';
import { SessionContext, type Session } from './SessionContext';
import { signInAddress, stepUpAddress } from './signInAddress';
import { UserMenu } from './UserMenu';
import { Unassigned, Welcome } from './Welcome';
import { newestYears } from './years';

/** A parent's page; only parents fetch it. */
const FamilyPage = lazy(async () => {
  const [{ FamilyPage: component }] = await Promise.all([import('../../../office/features/family/FamilyPage'), openOffice()]);
  return { default: component };
});

/** Everything around a screen: who works, where one can go, what became of the session. */
export function Shell() {
  const [{ data, error }, again] = useQuery({ query: SessionDocument });
  const viewer = data?.viewer;
  const assignment = viewer?.assignments.find((item) => item.current);
  return (
    <>
      <a className="skip" href="#main">
        <Trans>Đến nội dung chính</Trans>
      </a>
      <header className="top">
        <strong>
          <Trans>Học bạ số</Trans>
        </strong>
        <span className="where">{assignment?.unitName}</span>
        {viewer && <UserMenu viewer={viewer} assignment={assignment} />}
      </header>
      {viewer && assignment ? (
        <SignedIn viewer={viewer} assignment={assignment} />
      ) : (
        <main id="main" className="alone" tabIndex={-1}>
          <Loaded data={data} error={error} onRetry={again}>
            <Alone viewer={viewer} />
          </Loaded>
        </main>
      )}
      <Notices />
    </>
  );
}

/** Who has no assignment: a parent, somebody with nothing to do yet, nobody. */
function Alone({ viewer }: { viewer: Session['viewer'] | undefined }) {
  if (!viewer?.name) return <Welcome />;
  if (viewer.role !== 'GUARDIAN') return <Unassigned name={viewer.name} />;
  return (
    <Suspense fallback={<Skeleton />}>
      <FamilyPage name={viewer.name} />
    </Suspense>
  );
}

function SignedIn({ viewer, assignment }: Pick<Session, 'viewer' | 'assignment'>) {
  const [newest] = useState(() => newestYears(new Date()));
  const [y0 = '', y1 = '', y2 = '', y3 = '', y4 = ''] = newest;
  const [{ data, error }, again] = useQuery({
    query: SchoolYearsDocument,
    variables: { y0, y1, y2, y3, y4 },
    requestPolicy: 'cache-first',
  });
  const session = useMemo(() => {
    const found = data ? [data.y0, data.y1, data.y2, data.y3, data.y4] : [];
    const years = newest.filter((_, place) => (found[place]?.edges.length ?? 0) > 0);
    return { viewer, assignment, years: years.length > 0 ? years : newest.slice(0, 1) };
  }, [data, newest, viewer, assignment]);
  return (
    <SessionContext value={session}>
      <Navigation />
      <Main>
        <Loaded data={data} error={error} onRetry={again}>
          <Outlet />
        </Loaded>
      </Main>
    </SessionContext>
  );
}

/** Takes the focus when the screen changes, as a page that is loaded does. */
function Main({ children }: { children: React.ReactNode }) {
  const { t } = useLingui();
  const ended = useStore(sessionEnded);
  const mustStepUp = useStore(stepUpAsked);
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    main.current?.focus();
  }, [pathname]);
  return (
    <main id="main" ref={main} tabIndex={-1}>
      {ended && (
        <Note tone="amber">
          {t`Phiên làm việc đã hết. Việc đang ký vẫn tiếp tục trên máy chủ.`}{' '}
          <a href={signInAddress()}>
            <Trans>Đăng nhập lại</Trans>
          </a>
        </Note>
      )}
      {mustStepUp && !ended && (
        <Note tone="amber">
          {t`Việc ký và chốt cần bạn xác thực lại.`}{' '}
          <a href={stepUpAddress()}>
            <Trans>Xác thực lại</Trans>
          </a>
        </Note>
      )}
      {children}
    </main>
  );
}
