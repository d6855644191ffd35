import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { RecordState } from '../../gql/graphql';

interface StateView {
  label: MessageDescriptor;
  /** Repeats the label for the eye; never stands alone. */
  mark: string;
  /** Colour only where work remains or something is wrong; what is done is plain. */
  tone: 'plain' | 'open' | 'going' | 'stop';
}

export const STATES = {
  DRAFT: { label: msg`Nháp`, mark: '○', tone: 'open' },
  TEACHER_SIGNED: { label: msg`Giáo viên đã ký`, mark: '◔', tone: 'going' },
  PRINCIPAL_SIGNED: { label: msg`Hiệu trưởng đã ký`, mark: '◑', tone: 'going' },
  ISSUED: { label: msg`Đã đóng dấu trường`, mark: '◕', tone: 'going' },
  SUBMITTED: { label: msg`Đã nộp Sở`, mark: '●', tone: 'going' },
  ACCEPTED: { label: msg`Sở đã chấp nhận`, mark: '✓', tone: 'plain' },
  LOCKED: { label: msg`Đã chốt`, mark: '■', tone: 'plain' },
  RETURNED: { label: msg`Bị trả lại`, mark: '↩', tone: 'stop' },
  REJECTED: { label: msg`Sở từ chối`, mark: '✕', tone: 'stop' },
  WITHDRAWN: { label: msg`Đã thu hồi`, mark: '✕', tone: 'stop' },
  SUPERSEDED: { label: msg`Đã được thay thế`, mark: '↻', tone: 'plain' },
} satisfies Record<RecordState, StateView>;

/** The way of a record from draft to lock, for filters and bars. */
export const WAY: RecordState[] = [
  'DRAFT',
  'TEACHER_SIGNED',
  'PRINCIPAL_SIGNED',
  'ISSUED',
  'SUBMITTED',
  'ACCEPTED',
  'LOCKED',
];
