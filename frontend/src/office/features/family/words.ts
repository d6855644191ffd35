import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import {
  ShareCodeRevokeDocument,
  type AccessMeans,
  type AccessOutcome,
  type AccessPurpose,
  type AccessReader,
  type RevocationAction,
} from '../../gql/graphql';
import type { ActTable } from '../../ui/acts';

export const SHARE_ACTIONS: ActTable<RevocationAction> = {
  REVOKE: {
    label: msg`Thu hồi mã`,
    look: 'danger',
    effect: msg`Người đang có mã này không xem được nữa, từ bây giờ.`,
    done: msg`Đã thu hồi mã.`,
    mutation: ShareCodeRevokeDocument,
  },
};

export const PURPOSES: Record<AccessPurpose, MessageDescriptor> = {
  NOT_STATED: msg`Không nói mục đích`,
  FAMILY: msg`Gia đình xem`,
  VERIFICATION: msg`Xác minh giấy tờ`,
  ADMISSION: msg`Tuyển sinh, nhập học`,
  WALLET: msg`Ví giấy tờ của gia đình`,
  SUPERVISION: msg`Quản lý nhà trường`,
};

export const READERS: Record<AccessReader, MessageDescriptor> = {
  PUBLIC: msg`Người có mã`,
  INTEGRATOR: msg`Hệ thống khác`,
  GUARDIAN: msg`Phụ huynh`,
  DISTRICT: msg`Phòng GDĐT`,
  DEPARTMENT: msg`Sở GDĐT`,
  SCHOOL: msg`Nhà trường`,
};

export const MEANS: Record<AccessMeans, MessageDescriptor> = {
  CODE: msg`chỉ bằng mã tra cứu`,
  BIRTH_DATE: msg`bằng mã và ngày sinh`,
  SHARE_CODE: msg`bằng mã chia sẻ`,
  GRANT: msg`theo sự cho phép của gia đình`,
  RIGHT: msg`theo quyền của người xem`,
  PRINT: msg`bằng bản in nhà trường xác nhận`,
};

export const OUTCOMES: Record<AccessOutcome, MessageDescriptor> = {
  REFUSED: msg`Bị từ chối, không thấy gì`,
  MINIMUM: msg`Chỉ thấy phần đã che`,
  FULL: msg`Thấy toàn bộ`,
};
