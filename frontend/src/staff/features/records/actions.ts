import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { TypedDocumentNode } from 'urql';
import {
  RecordDiscardDocument,
  RecordRejectDocument,
  RecordReplaceDocument,
  RecordReturnDocument,
  RecordWithdrawDocument,
  type ReasonAnswerFragment,
  type RecordAction,
  type SignatureRole,
} from '../../gql/graphql';

/** A mutation that acts on one record and wants to know why. */
export type ReasonMutation = TypedDocumentNode<{ answer: ReasonAnswerFragment }, { recordId: string; reason: string }>;

/** How an action is carried out on screen; some have no button, because they happen by themselves or elsewhere. */
export type Perform =
  | { kind: 'SIGN'; role: SignatureRole }
  | { kind: 'SUBMIT' }
  | { kind: 'ACCEPT' }
  | { kind: 'REASON'; mutation: ReasonMutation; effect: MessageDescriptor; done: MessageDescriptor }
  | { kind: 'NONE' };

export interface ActionView {
  label: MessageDescriptor;
  perform: Perform;
}

const NONE: Perform = { kind: 'NONE' };

/** Every action the server knows; one that it learns fails the build until it stands here. */
export const RECORD_ACTIONS = {
  VIEW: { label: msg`Xem`, perform: NONE },
  EDIT: { label: msg`Sửa nội dung`, perform: NONE },
  SIGN_AS_TEACHER: { label: msg`Ký của giáo viên`, perform: { kind: 'SIGN', role: 'HOMEROOM_TEACHER' } },
  SIGN_AS_PRINCIPAL: { label: msg`Ký của hiệu trưởng`, perform: { kind: 'SIGN', role: 'PRINCIPAL' } },
  ISSUE: { label: msg`Đóng dấu nhà trường`, perform: { kind: 'SIGN', role: 'SCHOOL_SEAL' } },
  RETURN: {
    label: msg`Trả lại giáo viên`,
    perform: {
      kind: 'REASON',
      mutation: RecordReturnDocument,
      effect: msg`Các chữ ký đã có ở lại với phiên bản này. Giáo viên sửa trên một bản nháp mới và ký lại.`,
      done: msg`Đã trả lại giáo viên.`,
    },
  },
  SUBMIT: { label: msg`Nộp về Sở`, perform: { kind: 'SUBMIT' } },
  ACCEPT: { label: msg`Chấp nhận`, perform: { kind: 'ACCEPT' } },
  REJECT: {
    label: msg`Từ chối`,
    perform: {
      kind: 'REASON',
      mutation: RecordRejectDocument,
      effect: msg`Nhà trường nhận được lý do và làm tiếp trên một bản nháp mới.`,
      done: msg`Đã từ chối; nhà trường nhận được lý do.`,
    },
  },
  WITHDRAW: {
    label: msg`Thu hồi`,
    perform: {
      kind: 'REASON',
      mutation: RecordWithdrawDocument,
      effect: msg`Bản đã nộp không còn hiệu lực; người tra cứu thấy là đã thu hồi cho đến khi có bản mới.`,
      done: msg`Đã thu hồi; một bản nháp mới đã mở.`,
    },
  },
  REPLACE: {
    label: msg`Thay thế`,
    perform: {
      kind: 'REASON',
      mutation: RecordReplaceDocument,
      effect: msg`Bản đã được chấp nhận vẫn đứng cho đến khi Sở chấp nhận bản thay thế.`,
      done: msg`Đã mở bản thay thế; bản cũ vẫn đứng.`,
    },
  },
  DISCARD: {
    label: msg`Bỏ bản thay thế`,
    perform: {
      kind: 'REASON',
      mutation: RecordDiscardDocument,
      effect: msg`Bản thay thế đang làm bị bỏ; bản đã được chấp nhận vẫn đứng.`,
      done: msg`Đã bỏ bản thay thế.`,
    },
  },
  LOCK: { label: msg`Chốt`, perform: NONE },
  SUPERSEDE: { label: msg`Được thay thế`, perform: NONE },
} satisfies Record<RecordAction, ActionView> as Record<RecordAction, ActionView>;

/** Actions that have a button, in the order of a record's life. */
export const BUTTONS: RecordAction[] = [
  'SIGN_AS_TEACHER',
  'SIGN_AS_PRINCIPAL',
  'ISSUE',
  'SUBMIT',
  'ACCEPT',
  'RETURN',
  'REJECT',
  'WITHDRAW',
  'REPLACE',
  'DISCARD',
];

/** How a button looks: the first forward step is what is meant; a step back is never dressed as that. */
export function lookOf(action: RecordAction, isFirst: boolean): 'primary' | 'quiet' | 'danger' {
  if (RECORD_ACTIONS[action].perform.kind === 'REASON') return 'danger';
  return isFirst ? 'primary' : 'quiet';
}

/** Whether an action can be done to many records at once; one that wants a reason is done to one. */
export function isForMany(action: RecordAction): boolean {
  return RECORD_ACTIONS[action].perform.kind !== 'REASON' && RECORD_ACTIONS[action].perform.kind !== 'NONE';
}
