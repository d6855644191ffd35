import { Trans, useLingui } from '@lingui/react/macro';
import { formatTime } from '../../../shared/format';
import { Empty } from '../../../staff/ui/Note';
import type { SharingQuery } from '../../gql/graphql';
import { MEANS, OUTCOMES, PURPOSES, READERS } from './words';

type Event = Extract<SharingQuery['node'], { __typename: 'Record' }>['accessEvents']['edges'][number]['node'];

/** Who outside the school read a book or tried to, the newest first. */
export function Readers({ events }: { events: Event[] }) {
  const { t } = useLingui();
  return (
    <>
      <h3>
        <Trans>Ai đã xem học bạ</Trans>
      </h3>
      {events.length === 0 ? (
        <Empty>
          <Trans>Chưa ai ngoài nhà trường xem học bạ này.</Trans>
        </Empty>
      ) : (
        <table className="table" aria-label={t`Ai đã xem học bạ`}>
          <thead>
            <tr>
              <th scope="col">{t`Lúc`}</th>
              <th scope="col">{t`Ai`}</th>
              <th scope="col">{t`Thấy gì`}</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => (
              <tr key={event.id}>
                <td>{formatTime(event.at)}</td>
                <th scope="row">
                  {event.readerName || t(READERS[event.reader])}
                  <small>
                    {t(PURPOSES[event.purpose])}, {t(MEANS[event.means])}
                  </small>
                </th>
                <td className={event.outcome === 'REFUSED' ? 'bad' : undefined}>{t(OUTCOMES[event.outcome])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
