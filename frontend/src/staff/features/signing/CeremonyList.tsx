import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useQuery } from 'urql';
import { SIGNATURE_ROLES } from '../../../shared/content/labels';
import { formatNumber, formatTime } from '../../../shared/format';
import { CeremoniesDocument, type CeremonyFactsFragment } from '../../gql/graphql';
import { Empty, Loaded } from '../../ui/Note';
import { useTitle } from '../../ui/useTitle';

/** The newest ceremonies, those under way among them. */
export function CeremonyList() {
  const { t } = useLingui();
  const [{ data, error }, again] = useQuery({ query: CeremoniesDocument });
  useTitle(t`Đợt ký`);
  return (
    <>
      <h1>
        <Trans>Đợt ký</Trans>
      </h1>
      <Loaded data={data} error={error} onRetry={() => again({ requestPolicy: 'network-only' })}>
        {data?.ceremonies.length === 0 ? (
          <Empty>
            <Trans>Chưa có đợt ký nào. Một đợt ký bắt đầu khi bạn chọn học bạ trong danh sách rồi bấm ký.</Trans>
          </Empty>
        ) : (
          <Ceremonies ceremonies={data?.ceremonies ?? []} />
        )}
      </Loaded>
    </>
  );
}

function Ceremonies({ ceremonies }: { ceremonies: CeremonyFactsFragment[] }) {
  const { t } = useLingui();
  return (
    <table className="table" aria-label={t`Các đợt ký mới nhất`}>
      <thead>
        <tr>
          <th scope="col">{t`Bắt đầu`}</th>
          <th scope="col">{t`Chữ ký`}</th>
          <th scope="col" className="wide-only">{t`Người ký`}</th>
          <th scope="col" className="number">{t`Đã ký`}</th>
          <th scope="col" className="number">{t`Lỗi`}</th>
          <th scope="col">{t`Tình trạng`}</th>
        </tr>
      </thead>
      <tbody>
        {ceremonies.map(({ id, role, signerName, createdAt, progress, cancelledAt }) => (
          <tr key={id}>
            <th scope="row">
              <Link to="/ky/$ceremonyId" params={{ ceremonyId: id }}>
                {formatTime(createdAt)}
              </Link>
            </th>
            <td>{t(SIGNATURE_ROLES[role])}</td>
            <td className="wide-only">{signerName}</td>
            <td className="number">
              {formatNumber(progress.signed)}/{formatNumber(progress.total)}
            </td>
            <td className="number">{progress.failed > 0 ? <b className="bad">{formatNumber(progress.failed)}</b> : 0}</td>
            <td>{progress.done ? (cancelledAt ? t`Đã dừng` : t`Xong`) : t`Đang ký`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
