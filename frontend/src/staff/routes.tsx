import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  retainSearchParams,
} from '@tanstack/react-router';
import type { Blocker } from '../office/gql/graphql';
import { openOffice } from './office';
import { STATES } from './features/records/states';
import { Shell } from './features/session/Shell';
import type { RecordState } from './gql/graphql';
import { Lost, NotFound } from './ui/Lost';

/** The school year goes along from screen to screen. Names of pupils never stand in an address. */
interface YearSearch {
  nam?: string | undefined;
}

interface RecordSearch {
  truong?: string | undefined;
  lop?: string | undefined;
  trangthai?: RecordState | undefined;
}

interface PeriodSearch {
  don_vi?: string | undefined;
  vuong?: Blocker | undefined;
}

type Raw = Record<string, unknown>;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined);
const isState = (value: unknown): value is RecordState => typeof value === 'string' && value in STATES;

/** A screen that few people open: it comes with the offices' texts and look. */
function office<Module extends Record<string, unknown>, Name extends keyof Module>(load: () => Promise<Module>, name: Name) {
  return lazyRouteComponent(() => Promise.all([load(), openOffice()]).then(([module]) => module), name);
}

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  errorComponent: Lost,
  validateSearch: ({ nam }: Raw): YearSearch => (/^\d{4}-\d{4}$/.test(text(nam) ?? '') ? { nam: text(nam) } : {}),
  search: { middlewares: [retainSearchParams(['nam'])] },
});

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./features/overview/Overview'), 'Overview'),
});

const records = createRoute({
  getParentRoute: () => root,
  path: '/hoc-ba',
  validateSearch: ({ truong, lop, trangthai }: Raw): RecordSearch => ({
    truong: text(truong),
    lop: text(lop),
    trangthai: isState(trangthai) ? trangthai : undefined,
  }),
  component: lazyRouteComponent(() => import('./features/records/RecordList'), 'RecordList'),
});

const record = createRoute({
  getParentRoute: () => root,
  path: '/hoc-ba/$recordId',
  component: lazyRouteComponent(() => import('./features/records/RecordPage'), 'RecordPage'),
});

const ceremonies = createRoute({
  getParentRoute: () => root,
  path: '/ky',
  component: lazyRouteComponent(() => import('./features/signing/CeremonyList'), 'CeremonyList'),
});

const ceremony = createRoute({
  getParentRoute: () => root,
  path: '/ky/$ceremonyId',
  component: lazyRouteComponent(() => import('./features/signing/CeremonyPage'), 'CeremonyPage'),
});

const submissions = createRoute({
  getParentRoute: () => root,
  path: '/goi-bao-cao',
  component: office(() => import('../office/features/submissions/SubmissionList'), 'SubmissionList'),
});

const submission = createRoute({
  getParentRoute: () => root,
  path: '/goi-bao-cao/$submissionId',
  component: office(() => import('../office/features/submissions/SubmissionPage'), 'SubmissionPage'),
});

const calendar = createRoute({
  getParentRoute: () => root,
  path: '/chot',
  component: office(() => import('../office/features/locks/Calendar'), 'Calendar'),
});

const period = createRoute({
  getParentRoute: () => root,
  path: '/chot/$periodId',
  validateSearch: ({ don_vi, vuong }: Raw): PeriodSearch => ({ don_vi: text(don_vi), vuong: /^[A-Z_]+$/.test(text(vuong) ?? '') ? (vuong as Blocker) : undefined }),
  component: office(() => import('../office/features/locks/PeriodPage'), 'PeriodPage'),
});

const ministry = createRoute({
  getParentRoute: () => root,
  path: '/bao-cao-bo',
  component: office(() => import('../office/features/ministry/MinistryPage'), 'MinistryPage'),
});

const report = createRoute({
  getParentRoute: () => root,
  path: '/bao-cao-bo/$reportId',
  component: office(() => import('../office/features/ministry/ReportPage'), 'ReportPage'),
});

const ledger = createRoute({
  getParentRoute: () => root,
  path: '/so-cai',
  component: office(() => import('../office/features/ledger/LedgerPage'), 'LedgerPage'),
});

const progress = createRoute({
  getParentRoute: () => root,
  path: '/tien-do',
  validateSearch: ({ huyen }: Raw): { huyen?: string | undefined } => ({ huyen: text(huyen) }),
  component: office(() => import('../office/features/progress/ProgressPage'), 'ProgressPage'),
});

const participation = createRoute({
  getParentRoute: () => root,
  path: '/tham-gia',
  component: office(() => import('../office/features/participation/ParticipationPage'), 'ParticipationPage'),
});

const transfers = createRoute({
  getParentRoute: () => root,
  path: '/chuyen-truong',
  component: office(() => import('../office/features/transfers/TransferList'), 'TransferList'),
});

const staff = createRoute({
  getParentRoute: () => root,
  path: '/nhan-su',
  component: office(() => import('../office/features/staff/StaffPage'), 'StaffPage'),
});

const integrators = createRoute({
  getParentRoute: () => root,
  path: '/ket-noi',
  component: office(() => import('../office/features/integrators/IntegratorPage'), 'IntegratorPage'),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: '/nhat-ky',
  component: office(() => import('../office/features/audit/AuditPage'), 'AuditPage'),
});

const imports = createRoute({
  getParentRoute: () => root,
  path: '/nhap',
  component: lazyRouteComponent(() => import('./features/imports/ImportPage'), 'ImportPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    records,
    record,
    ceremonies,
    ceremony,
    submissions,
    submission,
    calendar,
    period,
    ministry,
    report,
    ledger,
    progress,
    participation,
    transfers,
    staff,
    integrators,
    audit,
    imports,
  ]),
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
