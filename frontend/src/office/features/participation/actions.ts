import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import {
  ParticipationApproveDocument,
  ParticipationProposeDocument,
  ParticipationReturnDocument,
  ParticipationWithdrawDocument,
  type ParticipationAction,
  type ParticipationCondition,
  type ParticipationReportKind,
  type ParticipationState,
} from '../../gql/graphql';
import type { ActTable } from '../../ui/acts';
import type { TagView } from '../../ui/Tag';

export const PARTICIPATION_ACTIONS: ActTable<ParticipationAction> = {
  DECLARE: { label: msg`Khai lại`, look: 'primary', form: true },
  PROPOSE: {
    label: msg`Đề nghị Sở duyệt`,
    look: 'primary',
    effect: msg`Sở thấy trường này trong danh sách chờ duyệt.`,
    done: msg`Đã đề nghị Sở duyệt.`,
    mutation: ParticipationProposeDocument,
  },
  APPROVE: {
    label: msg`Duyệt tham gia`,
    look: 'primary',
    effect: msg`Trường chính thức tham gia học bạ số trong năm học này.`,
    done: msg`Đã duyệt.`,
    mutation: ParticipationApproveDocument,
  },
  RETURN: {
    label: msg`Trả lại`,
    look: 'danger',
    effect: msg`Trường đọc được lý do và khai lại.`,
    done: msg`Đã trả lại trường.`,
    reason: true,
    mutation: ParticipationReturnDocument,
  },
  WITHDRAW: {
    label: msg`Rút bản khai`,
    look: 'danger',
    effect: msg`Bản khai của trường không còn được xét.`,
    done: msg`Đã rút bản khai.`,
    reason: true,
    mutation: ParticipationWithdrawDocument,
  },
};

export const PARTICIPATION_STATES: Record<ParticipationState, TagView> = {
  DECLARED: { label: msg`Trường đã khai`, mark: '◔', tone: 'open' },
  PROPOSED: { label: msg`Phòng đã đề nghị`, mark: '◑', tone: 'open' },
  APPROVED: { label: msg`Sở đã duyệt`, mark: '✓', tone: 'plain' },
  RETURNED: { label: msg`Bị trả lại`, mark: '↩', tone: 'stop' },
  WITHDRAWN: { label: msg`Trường đã rút`, mark: '✕', tone: 'stop' },
};

export const CONDITIONS: Record<ParticipationCondition, MessageDescriptor> = {
  EQUIPMENT: msg`Máy tính có kết nối Internet`,
  SOFTWARE: msg`Phần mềm quản lý trường học`,
  SIGNATURES: msg`Chữ ký số của giáo viên, lãnh đạo và con dấu số của trường`,
  STAFF: msg`Người làm được việc`,
};

export const REPORT_KINDS: Record<ParticipationReportKind, MessageDescriptor> = {
  SURVEY: msg`Khảo sát điều kiện`,
  TRAINING: msg`Tập huấn`,
  IMPLEMENTATION: msg`Thực hiện học bạ`,
  SUPERVISION: msg`Kiểm tra, giám sát`,
  WRAP_UP: msg`Tổng kết thí điểm`,
};
