import { Trans, useLingui } from '@lingui/react/macro';
import { useMutation } from 'urql';
import { whyNot } from '../../../staff/client';
import { say } from '../../../staff/ui/notices';
import { AssignmentDelegateDocument, type HeldFactsFragment } from '../../gql/graphql';
import type { FormProps } from '../../ui/Acts';
import { FormDialog } from '../../ui/FormDialog';

/** Lets a deputy sign for the principal, or no longer. */
export function DelegateDialog({ role, onClose, onDone }: FormProps & { role: HeldFactsFragment }) {
  const { t } = useLingui();
  const delegated = !role.maySignForPrincipal;
  const [, delegate] = useMutation(AssignmentDelegateDocument);
  return (
    <FormDialog
      title={delegated ? t`Ủy quyền ký: ${role.personName}` : t`Thôi ủy quyền ký: ${role.personName}`}
      submit={delegated ? t`Ủy quyền` : t`Thôi ủy quyền`}
      onSubmit={async () => whyNot(await delegate({ id: role.id, delegated }))}
      onClose={onClose}
      onDone={() => {
        say(delegated ? t`Đã ủy quyền.` : t`Đã thôi ủy quyền.`);
        onDone();
      }}
    >
      <p>
        {delegated ? (
          <Trans>Người này ký học bạ thay hiệu trưởng, bằng chữ ký số của chính mình.</Trans>
        ) : (
          <Trans>Người này không ký thay hiệu trưởng nữa; chữ ký đã có vẫn giữ giá trị.</Trans>
        )}
      </p>
    </FormDialog>
  );
}
