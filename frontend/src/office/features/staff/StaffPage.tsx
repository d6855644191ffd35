import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useQuery } from 'urql';
import { formatDate } from '../../../shared/format';
import { ROLES } from '../../../staff/features/session/roles';
import { useSchoolYear, useSession } from '../../../staff/features/session/SessionContext';
import { Button } from '../../../staff/ui/Button';
import { Empty, Loaded } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { HeldRolesDocument, type HeldFactsFragment } from '../../gql/graphql';
import { Acts } from '../../ui/Acts';
import { UnitChoice } from '../locks/UnitChoice';
import { AssignDialog } from './AssignDialog';
import { ASSIGNMENT_ACTIONS } from './actions';
import { DelegateDialog } from './DelegateDialog';
import { EndDialog } from './EndDialog';
import { Proposals } from './Proposals';

/** Who holds which role in a unit, and what waits for a second person. */
export function StaffPage() {
  const { t } = useLingui();
  const { assignment } = useSession();
  const schoolYear = useSchoolYear();
  const [chosen, setChosen] = useState('');
  const [assigning, setAssigning] = useState(false);
  const unitId = chosen || assignment.unitId;
  const [{ data, error }, refetch] = useQuery({ query: HeldRolesDocument, variables: { unitId } });
  const refresh = () => refetch({ requestPolicy: 'network-only' });
  const isDepartment = assignment.role === 'DEPARTMENT_OFFICER';
  useTitle(t`Nhân sự`);
  return (
    <>
      <h1>
        <Trans>Nhân sự và phân công</Trans>
      </h1>
      {isDepartment && <Proposals known={data} />}
      {isDepartment && <UnitChoice schoolYear={schoolYear} value={chosen} onChange={setChosen} />}
      <p>
        <Button look="primary" onClick={() => setAssigning(true)}>
          <Trans>Phân công</Trans>
        </Button>
      </p>
      <Loaded data={data} error={error} onRetry={refresh}>
        {data?.heldRoles.length === 0 ? (
          <Empty>
            <Trans>Chưa ai được phân công ở đơn vị này.</Trans>
          </Empty>
        ) : (
          <Held roles={data?.heldRoles ?? []} onChanged={refresh} />
        )}
      </Loaded>
      {assigning && (
        <AssignDialog
          unitId={unitId}
          onClose={() => setAssigning(false)}
          onDone={() => {
            setAssigning(false);
            refresh();
          }}
        />
      )}
    </>
  );
}

function Held({ roles, onChanged }: { roles: HeldFactsFragment[]; onChanged: () => void }) {
  const { t } = useLingui();
  return (
    <table className="table" aria-label={t`Nhân sự và phân công`}>
      <thead>
        <tr>
          <th scope="col">{t`Họ tên`}</th>
          <th scope="col">{t`Vai trò`}</th>
          <th scope="col" className="wide-only">{t`Từ ngày`}</th>
          <th scope="col" className="wide-only">{t`Đến ngày`}</th>
          <th scope="col">{t`Việc`}</th>
        </tr>
      </thead>
      <tbody>
        {roles.map((role) => (
          <tr key={role.id}>
            <th scope="row">
              {role.personName}
              <small>{role.post}</small>
            </th>
            <td>
              {t(ROLES[role.role].label)} {role.schoolClass?.name}
              {role.maySignForPrincipal && <small className="soft"> {t`được ủy quyền ký`}</small>}
            </td>
            <td className="wide-only">{formatDate(role.validFrom)}</td>
            <td className="wide-only">{role.validTo && formatDate(role.validTo)}</td>
            <td>
              <Acts
                brief
                subject={{ ...role, viewerActions: role.viewerActions.filter((action) => action !== 'ACT_AS') }}
                table={ASSIGNMENT_ACTIONS}
                name={role.personName}
                onDone={onChanged}
                renderForm={(action, props) =>
                  action === 'DELEGATE' ? <DelegateDialog role={role} {...props} /> : <EndDialog role={role} {...props} />
                }
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
