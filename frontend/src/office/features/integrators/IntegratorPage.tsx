import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { useQuery } from 'urql';
import { formatDate, formatTime } from '../../../shared/format';
import { Button } from '../../../staff/ui/Button';
import { Empty, Loaded, Note } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { IntegratorsDocument, type IntegratorsQuery } from '../../gql/graphql';
import { Acts } from '../../ui/Acts';
import { AddDialog } from './AddDialog';
import { INTEGRATOR_ACTIONS, SCOPES } from './actions';

/** Programs of other institutions: what each may do, from where, until when. */
export function IntegratorPage() {
  const { t } = useLingui();
  const [{ data, error }, again] = useQuery({ query: IntegratorsDocument });
  const refresh = () => again({ requestPolicy: 'network-only' });
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  useTitle(t`Hệ thống kết nối`);
  return (
    <>
      <h1>
        <Trans>Hệ thống kết nối</Trans>
      </h1>
      {secret && (
        <Note tone="green">
          <Trans>
            Khóa bí mật: <b className="mono">{secret}</b>. Hãy trao cho bên kết nối; khóa chỉ hiện một lần.
          </Trans>
        </Note>
      )}
      <p>
        <Button look="primary" onClick={() => setAdding(true)}>
          <Trans>Đăng ký hệ thống</Trans>
        </Button>
      </p>
      <Loaded data={data} error={error} onRetry={refresh}>
        {data?.integrators.length === 0 ? (
          <Empty>
            <Trans>Chưa hệ thống nào được đăng ký.</Trans>
          </Empty>
        ) : (
          <Programs programs={data?.integrators ?? []} onChanged={refresh} />
        )}
      </Loaded>
      {adding && (
        <AddDialog
          onClose={() => setAdding(false)}
          onMade={(made) => {
            setAdding(false);
            setSecret(made);
            refresh();
          }}
        />
      )}
    </>
  );
}

function Programs({ programs, onChanged }: { programs: IntegratorsQuery['integrators']; onChanged: () => void }) {
  const { t } = useLingui();
  return (
    <table className="table" aria-label={t`Hệ thống kết nối`}>
      <thead>
        <tr>
          <th scope="col">{t`Hệ thống`}</th>
          <th scope="col">{t`Được làm gì`}</th>
          <th scope="col" className="wide-only">{t`Từ mạng`}</th>
          <th scope="col">{t`Đến ngày`}</th>
        </tr>
      </thead>
      <tbody>
        {programs.map((program) => (
          <tr key={program.id}>
            <th scope="row">
              {program.name}
              <small className="mono">{program.clientId}</small>
            </th>
            <td>{program.scopes.map((scope) => (SCOPES[scope] ? t(SCOPES[scope]) : scope)).join(', ')}</td>
            <td className="wide-only mono">{program.networks.join(', ') || t`mọi nơi`}</td>
            <td>
              {program.revokedAt ? <span className="bad">{t`đã thu hồi ${formatTime(program.revokedAt)}`}</span> : formatDate(program.expiresAt)}
              <Acts
                brief
                subject={{ ...program, id: program.clientId }}
                table={INTEGRATOR_ACTIONS}
                name={program.name}
                onDone={onChanged}
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
