import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import {
  TransferAskDocument,
  TransferCancelDocument,
  TransferRefuseDocument,
  TransferReleaseDocument,
  type TransferAction,
  type TransferOpenWork,
  type TransferState,
} from '../../gql/graphql';
import type { ActTable } from '../../ui/acts';
import type { TagView } from '../../ui/Tag';

export const TRANSFER_ACTIONS: ActTable<TransferAction> = {
  ASK: {
    label: msg`Xin học bạ`,
    look: 'primary',
    effect: msg`Trường bạn nhận lời gia đình và xin trường cũ chuyển học bạ.`,
    done: msg`Đã xin; trường cũ thấy yêu cầu ngay.`,
    mutation: TransferAskDocument,
  },
  RELEASE: {
    label: msg`Cho chuyển đi`,
    look: 'primary',
    effect: msg`Trường bạn đóng dấu biên bản bàn giao. Khi trường mới nhận vào lớp, trường bạn chỉ còn xem học bạ này.`,
    done: msg`Đã cho chuyển; chờ trường mới nhận vào lớp.`,
    mutation: TransferReleaseDocument,
  },
  ACCEPT: { label: msg`Nhận vào lớp`, look: 'primary', form: true },
  REFUSE: {
    label: msg`Từ chối`,
    look: 'danger',
    effect: msg`Bên kia và gia đình đọc được lý do.`,
    done: msg`Đã từ chối; lý do đã được gửi.`,
    reason: true,
    mutation: TransferRefuseDocument,
  },
  CANCEL: {
    label: msg`Rút lại`,
    look: 'danger',
    effect: msg`Việc chuyển dừng ở đây; học bạ ở lại trường đang giữ.`,
    done: msg`Đã rút lại.`,
    reason: true,
    mutation: TransferCancelDocument,
  },
};

export const TRANSFER_STATES: Record<TransferState, TagView> = {
  REQUESTED: { label: msg`Gia đình đã yêu cầu`, mark: '○', tone: 'open' },
  ASKED: { label: msg`Trường mới đã xin`, mark: '◔', tone: 'going' },
  RELEASING: { label: msg`Trường cũ đang đóng dấu bàn giao`, mark: '◑', tone: 'going' },
  RELEASED: { label: msg`Trường cũ cho chuyển`, mark: '◕', tone: 'going' },
  ACCEPTING: { label: msg`Trường mới đang đóng dấu tiếp nhận`, mark: '◕', tone: 'going' },
  ACCEPTED: { label: msg`Đã chuyển xong`, mark: '✓', tone: 'plain' },
  REFUSED: { label: msg`Bị từ chối`, mark: '✕', tone: 'stop' },
  CANCELLED: { label: msg`Đã rút lại`, mark: '↩', tone: 'plain' },
};

export const OPEN_WORK: Record<TransferOpenWork, MessageDescriptor> = {
  YEAR_OPEN: msg`Năm học còn là bản nháp: điểm đến hôm nay được chụp lại và gửi theo.`,
  YEAR_UNSIGNED: msg`Năm học chưa đủ chữ ký: điểm đến hôm nay được chụp lại và gửi theo.`,
  YEAR_UNSUBMITTED: msg`Năm học đã phát hành, chưa nộp Sở: điểm được chụp lại và gửi theo.`,
  YEAR_UNLOCKED: msg`Năm học đã được Sở chấp nhận, chưa chốt: Sở sẽ chốt như bình thường.`,
  CEREMONY_UNDER_WAY: msg`Đang có chữ ký dở: học bạ phải chờ.`,
  SUBMISSION_UNDER_WAY: msg`Sở đang kiểm tra: học bạ phải chờ.`,
};
