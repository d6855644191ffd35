import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { RecordState, Role } from '../../gql/graphql';

export type Screen =
  | 'OVERVIEW'
  | 'RECORDS'
  | 'SIGNING'
  | 'SUBMISSIONS'
  | 'LOCKS'
  | 'PROGRESS'
  | 'PARTICIPATION'
  | 'TRANSFERS'
  | 'MINISTRY'
  | 'LEDGER'
  | 'STAFF'
  | 'INTEGRATORS'
  | 'AUDIT'
  | 'IMPORTS';

const OF_SCHOOL: Screen[] = ['OVERVIEW', 'RECORDS', 'SIGNING', 'SUBMISSIONS', 'LOCKS', 'TRANSFERS'];
const OF_OFFICE: Screen[] = ['OVERVIEW', 'PROGRESS', 'RECORDS', 'SUBMISSIONS', 'LOCKS', 'TRANSFERS', 'PARTICIPATION'];

/** Records in a state that wait for this role, and what one does with them. */
export interface Queue {
  state: RecordState;
  waiting: MessageDescriptor;
  act: MessageDescriptor;
  at: 'RECORDS' | 'SUBMISSIONS';
}

interface RoleView {
  label: MessageDescriptor;
  screens: Screen[];
  queues: Queue[];
}

const seal: Queue = {
  state: 'PRINCIPAL_SIGNED',
  waiting: msg`Chờ đóng dấu nhà trường`,
  act: msg`Xem và đóng dấu`,
  at: 'RECORDS',
};
const submit: Queue = { state: 'ISSUED', waiting: msg`Chờ nộp về Sở`, act: msg`Xem và nộp`, at: 'RECORDS' };
const head: Queue = {
  state: 'TEACHER_SIGNED',
  waiting: msg`Chờ hiệu trưởng ký`,
  act: msg`Xem và ký`,
  at: 'RECORDS',
};

/** What a role opens first. Only a signpost: what somebody may do comes with each record from the server. */
export const ROLES = {
  HOMEROOM_TEACHER: {
    label: msg`Giáo viên chủ nhiệm`,
    screens: ['OVERVIEW', 'RECORDS', 'SIGNING', 'LOCKS'],
    queues: [{ state: 'DRAFT', waiting: msg`Chờ giáo viên rà soát và ký`, act: msg`Rà soát và ký`, at: 'RECORDS' }],
  },
  PRINCIPAL: {
    label: msg`Hiệu trưởng`,
    screens: [...OF_SCHOOL, 'IMPORTS', 'PARTICIPATION', 'STAFF', 'AUDIT'],
    queues: [head, seal, submit],
  },
  DEPUTY_PRINCIPAL: {
    label: msg`Phó hiệu trưởng`,
    screens: [...OF_SCHOOL, 'IMPORTS', 'PARTICIPATION', 'AUDIT'],
    queues: [head],
  },
  CLERK: {
    label: msg`Văn thư`,
    screens: [...OF_SCHOOL, 'IMPORTS', 'AUDIT'],
    queues: [seal, submit],
  },
  DISTRICT_OFFICER: {
    label: msg`Cán bộ Phòng GDĐT`,
    screens: [...OF_OFFICE, 'AUDIT'],
    queues: [],
  },
  DEPARTMENT_OFFICER: {
    label: msg`Cán bộ Sở GDĐT`,
    screens: [...OF_OFFICE, 'MINISTRY', 'LEDGER', 'STAFF', 'INTEGRATORS', 'AUDIT'],
    queues: [{ state: 'SUBMITTED', waiting: msg`Chờ Sở kiểm tra`, act: msg`Mở gói báo cáo`, at: 'SUBMISSIONS' }],
  },
  GUARDIAN: { label: msg`Phụ huynh`, screens: [], queues: [] },
  INTEGRATOR: { label: msg`Hệ thống kết nối`, screens: [], queues: [] },
  PUBLIC: { label: msg`Chưa được phân công`, screens: [], queues: [] },
} satisfies Record<Role, RoleView> as Record<Role, RoleView>;
