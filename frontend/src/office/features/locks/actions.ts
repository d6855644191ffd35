import { msg } from '@lingui/core/macro';
import {
  CalendarChangeConfirmDocument,
  CalendarChangeRejectDocument,
  LockExceptionConfirmDocument,
  LockExceptionRejectDocument,
  LockPeriodRehearseDocument,
  type LockPeriodAction,
  type ProposalAction,
} from '../../gql/graphql';
import type { ActTable } from '../../ui/acts';

export const PERIOD_ACTIONS: ActTable<LockPeriodAction> = {
  SCHEDULE: { label: msg`Đề nghị đổi hạn`, look: 'quiet', form: true },
  REHEARSE: {
    label: msg`Chốt thử`,
    look: 'quiet',
    effect: msg`Máy chủ làm đúng việc chốt trên mọi học bạ đến hạn rồi hoàn lại tất cả. Không học bạ nào thay đổi; kết quả cho biết việc chốt mất bao lâu và còn thiếu gì.`,
    done: msg`Đã bắt đầu chốt thử; kết quả hiện ở đây khi xong.`,
    mutation: LockPeriodRehearseDocument,
  },
  EXCEPT: { label: msg`Đề nghị ngoại lệ`, look: 'quiet', form: true },
  SEAL: { label: msg`Chốt…`, look: 'danger', form: true },
};

export const CHANGE_ACTIONS: ActTable<ProposalAction> = {
  CONFIRM: {
    label: msg`Xác nhận hạn`,
    look: 'primary',
    effect: msg`Hạn mới có hiệu lực ngay với mọi trường. Bạn xác nhận với tư cách người thứ hai.`,
    done: msg`Hạn mới đã có hiệu lực.`,
    mutation: CalendarChangeConfirmDocument,
  },
  REJECT: {
    label: msg`Bác đề nghị`,
    look: 'danger',
    effect: msg`Hạn đang có giữ nguyên.`,
    done: msg`Đã bác; hạn đang có giữ nguyên.`,
    mutation: CalendarChangeRejectDocument,
  },
};

export const EXCEPTION_ACTIONS: ActTable<ProposalAction> = {
  CONFIRM: {
    label: msg`Cho phép ngoại lệ`,
    look: 'primary',
    effect: msg`Trường hoặc lớp này được làm tiếp sau hạn, đến thời điểm đã ghi. Bạn xác nhận với tư cách người thứ hai.`,
    done: msg`Ngoại lệ đã có hiệu lực.`,
    mutation: LockExceptionConfirmDocument,
  },
  REJECT: {
    label: msg`Bác ngoại lệ`,
    look: 'danger',
    effect: msg`Hạn chốt vẫn áp dụng cho trường hoặc lớp này.`,
    done: msg`Đã bác ngoại lệ.`,
    mutation: LockExceptionRejectDocument,
  },
};
