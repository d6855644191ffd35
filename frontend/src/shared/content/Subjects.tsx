import { Trans, useLingui } from '@lingui/react/macro';
import type { ContentFragment } from '../gql/graphql';
import { SUBJECT_LEVELS } from './labels';
import { Level } from './Level';

/** Part 1 of the form. */
export function Subjects({ subjects }: { subjects: ContentFragment['subjects'] }) {
  const { t } = useLingui();
  return (
    <table className="form-table subjects" aria-label={t`Các môn học và hoạt động giáo dục`}>
      <thead>
        <tr>
          <th scope="col">
            <Trans>Môn học và hoạt động giáo dục</Trans>
          </th>
          <th scope="col">
            <Trans>Mức đạt được</Trans>
          </th>
          <th scope="col">
            <Trans>Điểm KTĐK</Trans>
          </th>
          <th scope="col">
            <Trans>Nhận xét</Trans>
          </th>
        </tr>
      </thead>
      <tbody>
        {subjects.map((subject) => (
          <tr key={subject.code}>
            <th scope="row">
              {subject.name}
              {subject.language && <small> ({subject.language})</small>}
            </th>
            <td className="mark">
              <Level level={subject.level && SUBJECT_LEVELS[subject.level]} />
            </td>
            <td className="mark">{subject.score}</td>
            <td className="comment">{subject.comment}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
