import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { RECORD_ACTIONS } from '../../../staff/features/records/actions';

const OF_RECORDS = Object.fromEntries(Object.entries(RECORD_ACTIONS).map(([action, { label }]) => [action, label]));

/** Acts as the audit names them, in words; one that is not here is shown by its name. */
export const ACT_NAMES: Partial<Record<string, MessageDescriptor>> = {
  ...OF_RECORDS,
  IMPORT: msg`Nhập tệp`,
  CEREMONY_HOMEROOM_TEACHER: msg`Giáo viên bắt đầu ký`,
  CEREMONY_PRINCIPAL: msg`Hiệu trưởng bắt đầu ký`,
  CEREMONY_SCHOOL_SEAL: msg`Bắt đầu đóng dấu trường`,
  SIGNED_HOMEROOM_TEACHER: msg`Chữ ký của giáo viên`,
  SIGNED_PRINCIPAL: msg`Chữ ký của hiệu trưởng`,
  SIGNED_SCHOOL_SEAL: msg`Dấu của trường`,
  SIGNED_LOCK_SEAL: msg`Dấu chốt của Sở`,
  CEREMONY_CANCEL: msg`Dừng đợt ký`,
  CEREMONY_RETRY: msg`Ký lại`,
  SHARE: msg`Tạo mã chia sẻ`,
  UNSHARE: msg`Thu hồi mã chia sẻ`,
  GRANT: msg`Cho hệ thống đọc`,
  UNGRANT: msg`Thôi cho hệ thống đọc`,
  GUARDIAN_LINK: msg`Gắn phụ huynh`,
  GUARDIAN_UNLINK: msg`Gỡ phụ huynh`,
  LOCK_REHEARSE: msg`Chốt thử`,
  MINISTRY_BUILD: msg`Lập báo cáo Bộ`,
  MINISTRY_SEND: msg`Gửi Bộ`,
  MINISTRY_ASK: msg`Đối chiếu với Bộ`,
  REPORT_MAKE: msg`Lập báo cáo tháng`,
  PARTICIPATION_DECLARE: msg`Khai điều kiện tham gia`,
  UNITS_REORGANISE: msg`Sắp xếp lại đơn vị`,
  INTEGRATOR_ADD: msg`Đăng ký hệ thống`,
  INTEGRATOR_REVOKE: msg`Thu hồi hệ thống`,
};
