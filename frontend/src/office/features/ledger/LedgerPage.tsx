import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from 'urql';
import { formatInstant, formatNumber, formatTime } from '../../../shared/format';
import { Empty, Loaded, Note } from '../../../staff/ui/Note';
import { useTitle } from '../../../staff/ui/useTitle';
import { LedgerDocument, type LedgerQuery } from '../../gql/graphql';
import { Facts, Mono } from '../../ui/Facts';
import { Pager, usePages } from '../../ui/Pager';

/** The ledger of locked records: how far it is signed, what the nightly look found, and its signed heads to keep. */
export function LedgerPage() {
  const { t } = useLingui();
  const pages = usePages();
  const [{ data, error }, again] = useQuery({ query: LedgerDocument, variables: { after: pages.after } });
  useTitle(t`Sổ cái`);
  return (
    <>
      <h1>
        <Trans>Sổ cái học bạ đã chốt</Trans>
      </h1>
      <p>
        <Trans>
          Mỗi học bạ đã chốt là một dòng của sổ cái. Ai giữ một đầu sổ đã ký thì biết được không dòng nào trước đó bị sửa, bớt hay chèn thêm.
        </Trans>
      </p>
      <Loaded data={data} error={error} onRetry={() => again({ requestPolicy: 'network-only' })}>
        {data && <State state={data.ledgerState} />}
        {data && <Checks checks={data.ledgerChecks} />}
        {data && <Heads heads={data.ledgerHeads.edges.map(({ node }) => node)} />}
        <Pager pages={pages} info={data?.ledgerHeads.pageInfo} />
      </Loaded>
    </>
  );
}

function State({ state }: { state: LedgerQuery['ledgerState'] }) {
  const { t } = useLingui();
  const since = state.waitingSince && formatTime(state.waitingSince);
  const root = state.rootHash && <Mono>{state.rootHash}</Mono>;
  return (
    <>
      {state.waitingFor && (
        <Note tone="amber">
          <Trans>
            Đầu sổ mới chưa ký được từ {since}: {state.waitingFor}
          </Trans>
        </Note>
      )}
      <Facts
        facts={[
          [t`Số dòng`, formatNumber(state.size)],
          [t`Đã có đầu sổ ký`, formatNumber(state.signedSize)],
          [t`Gốc hiện nay`, root],
        ]}
      />
    </>
  );
}

function Checks({ checks }: { checks: LedgerQuery['ledgerChecks'] }) {
  return (
    <section aria-labelledby="checks">
      <h2 id="checks">
        <Trans>Kiểm tra hằng đêm</Trans>
      </h2>
      {checks.length === 0 ? (
        <Empty>
          <Trans>Chưa kiểm tra lần nào; mỗi đêm máy chủ tính lại toàn bộ sổ cái một lần.</Trans>
        </Empty>
      ) : (
        <ul>
          {checks.map((check) => (
            <Check key={check.beganAt} check={check} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Check({ check }: { check: LedgerQuery['ledgerChecks'][number] }) {
  const lines = formatNumber(check.size);
  return (
    <li>
      {formatTime(check.endedAt)}:{' '}
      {check.faultCount === 0 ? (
        <Trans>{lines} dòng, không sai dòng nào</Trans>
      ) : (
        <b className="bad">{plural(check.faultCount, { other: '# dòng sai' })}</b>
      )}
      {check.findings.length > 0 && (
        <ul>
          {check.findings.map((finding) => (
            <li key={`${finding.kind}${finding.place}`}>
              {finding.kind} #{finding.place}
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function Heads({ heads }: { heads: LedgerQuery['ledgerHeads']['edges'][number]['node'][] }) {
  const { t } = useLingui();
  return (
    <section aria-labelledby="heads">
      <h2 id="heads">
        <Trans>Đầu sổ đã ký</Trans>
      </h2>
      {heads.length === 0 ? (
        <Empty>
          <Trans>Chưa có đầu sổ nào; đầu sổ đầu tiên được ký sau lần chốt đầu tiên.</Trans>
        </Empty>
      ) : (
        <table className="table" aria-labelledby="heads">
          <thead>
            <tr>
              <th scope="col" className="number">{t`Số dòng`}</th>
              <th scope="col">{t`Ký lúc`}</th>
              <th scope="col" className="wide-only">{t`Gốc`}</th>
              <th scope="col">{t`Tệp`}</th>
            </tr>
          </thead>
          <tbody>
            {heads.map((head) => (
              <tr key={head.id}>
                <td className="number">{formatNumber(head.size)}</td>
                <td>
                  {formatInstant(head.signedAt)}
                  <br />
                  <small>{head.signer}</small>
                </td>
                <td className="wide-only mono">{head.rootHash}</td>
                <td>
                  <a href={head.url} aria-label={t`Tải đầu sổ ${formatNumber(head.size)} dòng`}>
                    <Trans>Tải về</Trans>
                  </a>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
