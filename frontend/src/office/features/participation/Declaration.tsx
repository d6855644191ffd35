import { useLingui } from '@lingui/react/macro';
import { useId } from 'react';
import { formatTime } from '../../../shared/format';
import type { ParticipationFactsFragment } from '../../gql/graphql';
import { Acts } from '../../ui/Acts';
import { Facts } from '../../ui/Facts';
import { Tag } from '../../ui/Tag';
import { CONDITIONS, PARTICIPATION_ACTIONS, PARTICIPATION_STATES } from './actions';
import { DeclareDialog } from './DeclareDialog';

interface DeclarationProps {
  participation: ParticipationFactsFragment;
  onChanged: () => void;
}

/** What a school declared beside what the system itself knows of it. */
export function Declaration({ participation, onChanged }: DeclarationProps) {
  const { t } = useLingui();
  const id = useId();
  const { known, school } = participation;
  return (
    <article className="card" aria-labelledby={id}>
      <h3 id={id}>{school?.name}</h3>
      <p>
        <Tag view={PARTICIPATION_STATES[participation.state]} /> · {formatTime(participation.updatedAt)}
        {participation.reason && ` · ${participation.reason}`}
      </p>
      <ul className="conditions">
        {participation.conditions.map((item) => (
          <li key={item.condition} className={item.met ? undefined : 'bad'}>
            {item.met ? '✓' : '✕'} {t(CONDITIONS[item.condition])}
            {item.evidence && <small className="soft"> {item.evidence}</small>}
          </li>
        ))}
      </ul>
      {known && (
        <Facts
          facts={[
            [t`Giáo viên có chữ ký số`, `${known.teachersSigning} / ${known.teachers}`],
            [t`Giáo viên đã tập huấn`, `${known.teachersTrained} / ${known.teachers}`],
            [t`Lãnh đạo có chữ ký số`, `${known.leadersSigning} / ${known.leaders}`],
            [t`Con dấu số của trường`, known.hasSeal ? t`✓ còn hiệu lực` : t`✕ chưa có`],
          ]}
        />
      )}
      <Acts
        subject={participation}
        table={PARTICIPATION_ACTIONS}
        name={school?.name ?? ''}
        onDone={onChanged}
        renderForm={(_, props) => <DeclareDialog known={participation.conditions} {...props} />}
      />
    </article>
  );
}
