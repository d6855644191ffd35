import { Trans, useLingui } from '@lingui/react/macro';
import type { ContentFragment } from '../gql/graphql';
import { AWARDS, OUTCOMES } from './labels';

/** Parts 4 to 6 of the form: result, awards, completion. */
export function YearEnd({ content }: { content: ContentFragment }) {
  const { t } = useLingui();
  const awards = content.awards.map((item) => (item.note ? `${t(AWARDS[item.award])}: ${item.note}` : t(AWARDS[item.award])));
  return (
    <dl className="facts">
      <div>
        <dt>
          <Trans>Đánh giá kết quả giáo dục</Trans>
        </dt>
        <dd>{content.outcome ? t(OUTCOMES[content.outcome]) : content.notAssessed ? t`Không đánh giá` : '–'}</dd>
      </div>
      <div>
        <dt>
          <Trans>Khen thưởng</Trans>
        </dt>
        <dd>{awards.length > 0 ? awards.join('; ') : '–'}</dd>
      </div>
      <div>
        <dt>
          <Trans>Hoàn thành chương trình</Trans>
        </dt>
        <dd>
          <Completion content={content} />
        </dd>
      </div>
    </dl>
  );
}

function Completion({ content }: { content: ContentFragment }) {
  const { t } = useLingui();
  if (content.completed === null) return '–';
  const completed = content.completed
    ? content.grade === 5
      ? t`Hoàn thành chương trình tiểu học`
      : t`Hoàn thành chương trình lớp ${content.grade}`
    : t`Chưa hoàn thành chương trình lớp ${content.grade}`;
  const moved = content.promoted !== null && content.promoted !== content.completed;
  if (!moved) return completed;
  return `${completed}; ${content.promoted ? t`được lên lớp` : t`chưa được lên lớp`}`;
}
