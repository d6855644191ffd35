import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef } from 'react';
import { formatInstant } from '../../../shared/format';
import type { Answered } from './useLookup';
import { bookVerdict, newestFirst, type BookVerdict } from './verdict';
import { YearCard } from './YearCard';

interface AnswerProps {
  answered: Answered;
  onRefreshed: (answered: Answered) => void;
  onGiveBirthDate: () => void;
  onAnother: () => void;
}

const LOOK: Record<BookVerdict, { tone: string; mark: string }> = {
  IN_EFFECT: { tone: 'good', mark: '✓' },
  PARTLY_IN_EFFECT: { tone: 'good', mark: '✓' },
  NOT_YET_IN_EFFECT: { tone: 'wait', mark: '…' },
  WITHDRAWN: { tone: 'stop', mark: '!' },
};

/** The verdict in words, then the years it stands on. */
export default function Answer({ answered, onRefreshed, onGiveBirthDate, onAnother }: AnswerProps) {
  const { result } = answered;
  const pupil = newestFirst(result.years)[0]?.content?.pupil;
  return (
    <>
      <Verdict answered={answered} />
      <h2 className="pupil">{pupil?.fullName ?? result.maskedName}</h2>
      {!result.full && <Masked onGiveBirthDate={onGiveBirthDate} />}
      {newestFirst(result.years).map((year, place) => (
        <YearCard key={year.schoolYear} year={year} answered={answered} open={place === 0} onRefreshed={onRefreshed} />
      ))}
      <div className="actions">
        {result.full && (
          <button type="button" className="button quiet" onClick={() => print()}>
            <Trans>In trang này</Trans>
          </button>
        )}
        <button type="button" className="button quiet" onClick={onAnother}>
          <Trans>Tra cứu học bạ khác</Trans>
        </button>
      </div>
    </>
  );
}

function Verdict({ answered: { result, at } }: { answered: Answered }) {
  const { t } = useLingui();
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => title.current?.focus(), []);
  const verdict = bookVerdict(result.years);
  const words: Record<BookVerdict, [title: string, more: string]> = {
    IN_EFFECT: [t`Học bạ này có thật và đang có hiệu lực`, t`Mọi năm học đã chốt trong sổ gốc của Sở.`],
    PARTLY_IN_EFFECT: [t`Học bạ này có thật`, t`Có năm học chưa chốt nên chưa có hiệu lực; xem từng năm dưới đây.`],
    NOT_YET_IN_EFFECT: [t`Học bạ này có thật nhưng chưa có hiệu lực`, t`Học bạ có hiệu lực khi Sở chốt năm học.`],
    WITHDRAWN: [t`Nhà trường đã thu hồi học bạ này`, t`Đừng dùng bản đang có; hãy chờ bản mới hoặc hỏi nhà trường.`],
  };
  const [heading, more] = words[verdict];
  const time = formatInstant(at.toISOString());
  return (
    <section className={`verdict ${LOOK[verdict].tone}`}>
      <h1 tabIndex={-1} ref={title}>
        <span aria-hidden="true">{LOOK[verdict].mark}</span> {heading}
      </h1>
      <p>{more}</p>
      <p className="asked">
        <Trans>Sổ gốc trả lời lúc {time}</Trans>
      </p>
    </section>
  );
}

function Masked({ onGiveBirthDate }: { onGiveBirthDate: () => void }) {
  return (
    <div className="note">
      <p>
        <Trans>Tên và kết quả học tập được che vì chưa có ngày sinh của học sinh.</Trans>
      </p>
      <button type="button" className="button" onClick={onGiveBirthDate}>
        <Trans>Nhập ngày sinh để xem đủ</Trans>
      </button>
    </div>
  );
}
