import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import {
  LockPeriodReconcileDocument,
  MinistryReportBuildDocument,
  MinistryReportResendDocument,
  MinistryReportSendDocument,
  type MinistryDifferenceKind,
  type MinistryItemState,
  type MinistryPartState,
  type MinistryReportAction,
  type MinistryReportState,
} from '../../gql/graphql';
import type { ActTable, PlainAct } from '../../ui/acts';
import type { TagView } from '../../ui/Tag';

export const BUILD: PlainAct = {
  label: msg`Lập báo cáo`,
  look: 'primary',
  effect: msg`Lập báo cáo gồm mọi học bạ đã chốt của kỳ này chưa có trong báo cáo nào. Báo cáo chỉ được gửi khi bạn bấm Gửi Bộ.`,
  done: msg`Đang lập báo cáo.`,
  mutation: MinistryReportBuildDocument,
};

export const RECONCILE: PlainAct = {
  label: msg`Đối chiếu với Bộ`,
  look: 'quiet',
  effect: msg`Hỏi Bộ đang giữ những học bạ nào của kỳ này rồi so với sổ của Sở và của trường.`,
  done: msg`Đã hỏi Bộ; kết quả đối chiếu hiện ở đây khi Bộ trả lời.`,
  mutation: LockPeriodReconcileDocument,
};

export const REPORT_ACTIONS: ActTable<MinistryReportAction> = {
  SEND: {
    label: msg`Gửi Bộ`,
    look: 'primary',
    effect: msg`Các tệp được gửi lần lượt; tệp đã đến nơi không bao giờ gửi lại.`,
    done: msg`Đang gửi; trang này cho thấy tiến độ.`,
    mutation: MinistryReportSendDocument,
  },
  RESEND: {
    label: msg`Lập lại phần bị từ chối`,
    look: 'quiet',
    effect: msg`Lập một báo cáo mới gồm các học bạ bị Bộ từ chối; báo cáo cũ giữ nguyên.`,
    done: msg`Đang lập báo cáo mới cho phần bị từ chối.`,
    mutation: MinistryReportResendDocument,
  },
};

export const REPORT_STATES: Record<MinistryReportState, TagView> = {
  BUILDING: { label: msg`Đang lập`, mark: '○', tone: 'going' },
  READY: { label: msg`Đã lập, chờ gửi`, mark: '◔', tone: 'open' },
  SENDING: { label: msg`Đang gửi`, mark: '◑', tone: 'going' },
  SENT: { label: msg`Đã gửi, chờ Bộ trả lời`, mark: '◕', tone: 'going' },
  ANSWERED: { label: msg`Bộ đã trả lời`, mark: '✓', tone: 'plain' },
};

export const PART_STATES: Record<MinistryPartState, TagView> = {
  READY: { label: msg`Chờ gửi`, mark: '○', tone: 'open' },
  SENDING: { label: msg`Đang gửi`, mark: '◑', tone: 'going' },
  SENT: { label: msg`Bộ đã nhận`, mark: '◕', tone: 'going' },
  ANSWERED: { label: msg`Bộ đã trả lời`, mark: '✓', tone: 'plain' },
};

export const ITEM_STATES: Record<MinistryItemState, TagView> = {
  WAITING: { label: msg`Chưa gửi`, mark: '○', tone: 'open' },
  SENT: { label: msg`Chờ Bộ trả lời`, mark: '◕', tone: 'going' },
  RECEIVED: { label: msg`Bộ đã nhận`, mark: '✓', tone: 'plain' },
  REFUSED: { label: msg`Bộ từ chối`, mark: '✕', tone: 'stop' },
};

export const DIFFERENCES: Record<MinistryDifferenceKind, MessageDescriptor> = {
  NOT_LOCKED: msg`Trường đã phát hành nhưng lỡ kỳ chốt`,
  NOT_REPORTED: msg`Đã chốt nhưng chưa có trong báo cáo nào`,
  NOT_ANSWERED: msg`Đã báo cáo, Bộ chưa trả lời`,
  REFUSED: msg`Bộ từ chối`,
  DIGEST_DIFFERS: msg`Tệp đã gửi khác bản cuối của Sở`,
  MINISTRY_LACKS: msg`Bộ từng nhận nhưng nay không còn giữ`,
  MINISTRY_ALONE: msg`Bộ giữ mà Sở không báo cáo`,
};
