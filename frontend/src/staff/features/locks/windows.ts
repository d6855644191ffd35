import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { LockWindow } from '../../gql/graphql';

export const WINDOWS = {
  MAIN: {
    label: msg`Chốt chính`,
    who: msg`Học sinh đã hoàn thành chương trình lớp học`,
  },
  SUPPLEMENTARY: {
    label: msg`Chốt bổ sung`,
    who: msg`Học sinh lớp 1–4 được đánh giá bổ sung trong hè`,
  },
} satisfies Record<LockWindow, { label: MessageDescriptor; who: MessageDescriptor }>;

export const WINDOW_ORDER: LockWindow[] = ['MAIN', 'SUPPLEMENTARY'];
