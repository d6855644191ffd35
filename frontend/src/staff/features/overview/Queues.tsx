import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { ROLES, type Queue } from '../session/roles';
import { useSession } from '../session/SessionContext';
import { countOf, type Counts } from './counting';

/** What waits for me; the fullest queue has the button that is meant. */
export function Queues({ counts }: { counts: Counts }) {
  const { t } = useLingui();
  const { queues } = ROLES[useSession().assignment.role];
  if (queues.length === 0) return null;
  const first = queues.find((queue) => countOf(counts, queue.state) > 0);
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">
        <Trans>Việc của bạn</Trans>
      </h2>
      {!first && (
        <p className="nothing">
          <Trans>Không có học bạ nào đang chờ bạn trong năm học này.</Trans>
        </p>
      )}
      <ul className="queues">
        {queues
          .filter((queue) => countOf(counts, queue.state) > 0)
          .map((queue) => (
            <li key={queue.state}>
              <p className="waiting">{t(queue.waiting)}</p>
              <p className="count">{plural(countOf(counts, queue.state), { other: '# học bạ' })}</p>
              <Open queue={queue} primary={queue === first} />
            </li>
          ))}
      </ul>
    </section>
  );
}

function Open({ queue, primary }: { queue: Queue; primary: boolean }) {
  const { t } = useLingui();
  const look = `button ${primary ? 'primary' : 'quiet'}`;
  if (queue.at === 'SUBMISSIONS') {
    return (
      <Link to="/goi-bao-cao" className={look}>
        {t(queue.act)}
      </Link>
    );
  }
  return (
    <Link to="/hoc-ba" search={{ trangthai: queue.state }} className={look}>
      {t(queue.act)}
    </Link>
  );
}
