import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { IntegratorRevokeDocument, type RevocationAction } from '../../gql/graphql';
import type { ActTable } from '../../ui/acts';

export const INTEGRATOR_ACTIONS: ActTable<RevocationAction> = {
  REVOKE: {
    label: msg`Thu hồi`,
    look: 'danger',
    effect: msg`Hệ thống này và mọi thẻ truy cập của nó dừng ngay.`,
    done: msg`Đã thu hồi.`,
    mutation: IntegratorRevokeDocument,
  },
};

/** What a program may ask for, as OAuth names it. */
export const SCOPES: Record<string, MessageDescriptor> = {
  'record.verify': msg`Xác minh học bạ`,
  'record.admission': msg`Đọc để tuyển sinh`,
  'record.wallet': msg`Hiển thị trong ví của gia đình`,
  'changes.read': msg`Nghe thay đổi của sổ`,
};
