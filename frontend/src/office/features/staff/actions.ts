import { msg } from '@lingui/core/macro';
import { AssignmentConfirmDocument, AssignmentRejectDocument, type AssignmentAction, type ProposalAction } from '../../gql/graphql';
import type { ActTable } from '../../ui/acts';

export const ASSIGNMENT_ACTIONS: ActTable<AssignmentAction> = {
  ACT_AS: { label: msg`Làm việc với phân công này`, look: 'quiet', form: true },
  DELEGATE: { label: msg`Đổi ủy quyền ký`, look: 'quiet', form: true },
  END: { label: msg`Kết thúc`, look: 'danger', form: true },
};

export const ROLE_PROPOSAL_ACTIONS: ActTable<ProposalAction> = {
  CONFIRM: {
    label: msg`Xác nhận phân công`,
    look: 'primary',
    effect: msg`Người này có vai trò ấy từ ngày đã ghi. Bạn xác nhận với tư cách người thứ hai.`,
    done: msg`Đã xác nhận phân công.`,
    mutation: AssignmentConfirmDocument,
  },
  REJECT: {
    label: msg`Bác phân công`,
    look: 'danger',
    effect: msg`Không ai được giao vai trò này.`,
    done: msg`Đã bác phân công.`,
    mutation: AssignmentRejectDocument,
  },
};
