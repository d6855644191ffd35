import { msg } from '@lingui/core/macro';
import { PacketAcceptDocument, type SubmissionAction, type SubmissionStage, type SubmissionVerdict } from '../../gql/graphql';
import type { ActTable } from '../../ui/acts';
import type { TagView } from '../../ui/Tag';

export const PACKET_ACTIONS: ActTable<SubmissionAction> = {
  ACCEPT: {
    label: msg`Chấp nhận gói`,
    look: 'primary',
    effect: msg`Mọi học bạ còn chờ của gói này được chấp nhận và sẽ bị chốt khi đến hạn.`,
    done: msg`Đã chấp nhận; biên nhận đang được ký.`,
    mutation: PacketAcceptDocument,
  },
};

export const PACKET_STAGES: Record<SubmissionStage, TagView> = {
  SEALING: { label: msg`Đang đóng dấu trường`, mark: '○', tone: 'going' },
  CHECKING: { label: msg`Đang kiểm tra`, mark: '◔', tone: 'going' },
  DECIDING: { label: msg`Đã kiểm tra, chờ quyết định`, mark: '◑', tone: 'open' },
  ANSWERING: { label: msg`Đang ký biên nhận`, mark: '◕', tone: 'going' },
  ANSWERED: { label: msg`Đã có biên nhận`, mark: '✓', tone: 'plain' },
};

export const VERDICTS: Record<SubmissionVerdict, TagView> = {
  PENDING: { label: msg`Chờ quyết định`, mark: '○', tone: 'open' },
  ACCEPTED: { label: msg`Chấp nhận`, mark: '✓', tone: 'plain' },
  REJECTED: { label: msg`Từ chối`, mark: '✕', tone: 'stop' },
  WITHDRAWN: { label: msg`Nhà trường thu hồi`, mark: '↩', tone: 'stop' },
};
