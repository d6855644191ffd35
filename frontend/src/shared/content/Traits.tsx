import { Trans, useLingui } from '@lingui/react/macro';
import type { ContentFragment, TraitGroup } from '../gql/graphql';
import { TRAIT_GROUPS, TRAIT_LEVELS } from './labels';
import { Level } from './Level';

const ORDER: TraitGroup[] = ['QUALITY', 'GENERAL_COMPETENCE', 'SPECIFIC_COMPETENCE'];

/** Parts 2 and 3 of the form: one comment stands for each group. */
export function Traits({ content }: { content: Pick<ContentFragment, 'traits' | 'comments'> }) {
  return ORDER.map((group) => (
    <Group
      key={group}
      group={group}
      traits={content.traits.filter((trait) => trait.group === group)}
      comment={content.comments.find((item) => item.group === group)?.comment ?? ''}
    />
  ));
}

function Group(props: { group: TraitGroup; traits: ContentFragment['traits']; comment: string }) {
  const { t } = useLingui();
  const name = t(TRAIT_GROUPS[props.group]);
  return (
    <table className="form-table traits" aria-label={name}>
      <thead>
        <tr>
          <th scope="col">{name}</th>
          <th scope="col">
            <Trans>Mức đạt được</Trans>
          </th>
        </tr>
      </thead>
      <tbody>
        {props.traits.map((trait) => (
          <tr key={trait.code}>
            <th scope="row">{trait.name}</th>
            <td className="mark">
              <Level level={trait.level && TRAIT_LEVELS[trait.level]} />
            </td>
          </tr>
        ))}
      </tbody>
      {props.comment && (
        <tfoot>
          <tr>
            <td className="comment" colSpan={2}>
              <em>
                <Trans>Nhận xét:</Trans>
              </em>{' '}
              {props.comment}
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}
