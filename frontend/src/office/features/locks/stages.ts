import { msg } from '@lingui/core/macro';
import type { LockStage } from '../../gql/graphql';
import type { TagView } from '../../ui/Tag';

export const STAGES: Record<LockStage, TagView> = {
  AHEAD: { label: msg`Chưa đến hạn`, mark: '○', tone: 'plain' },
  DUE: { label: msg`Đã đến hạn, sắp chốt`, mark: '◔', tone: 'open' },
  LOCKING: { label: msg`Đang chốt`, mark: '◑', tone: 'going' },
  KEPT_OPEN: { label: msg`Đã chốt, còn ngoại lệ đang mở`, mark: '◕', tone: 'open' },
  SEALED: { label: msg`Đã chốt`, mark: '■', tone: 'plain' },
};
