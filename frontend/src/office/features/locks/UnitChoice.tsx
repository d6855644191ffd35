import { useLingui } from '@lingui/react/macro';
import { useId, useMemo } from 'react';
import { useQuery } from 'urql';
import { compareNames } from '../../../shared/names';
import { UnitsDocument, type UnitsQuery } from '../../gql/graphql';

interface UnitChoiceProps {
  schoolYear: string;
  value: string;
  onChange: (unitId: string) => void;
  /** Leaves out districts, where only a school can be asked for. */
  schoolsOnly?: boolean;
}

/** The whole of my scope, a district, or a school in it. */
export function UnitChoice({ schoolYear, value, onChange, schoolsOnly = false }: UnitChoiceProps) {
  const { t } = useLingui();
  const id = useId();
  const [{ data }] = useQuery({ query: UnitsDocument, variables: { schoolYear } });
  const districts = useMemo(() => byDistrict(data?.schoolProgress ?? []), [data]);
  return (
    <p className="choice">
      <label htmlFor={id}>{t`Phạm vi`}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
        <option value="">{t`Tất cả`}</option>
        {districts.map((district) => (
          <optgroup key={district.id} label={district.name}>
            {districts.length > 1 && !schoolsOnly && <option value={district.id}>{t`Cả ${district.name}`}</option>}
            {district.schools.map((school) => (
              <option key={school.id} value={school.id}>
                {school.name}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </p>
  );
}

interface District {
  id: string;
  name: string;
  schools: { id: string; name: string }[];
}

/** Schools under their districts, both in the order of a list of names. */
export function byDistrict(lines: UnitsQuery['schoolProgress']): District[] {
  const districts = new Map<string, District>();
  for (const { school } of lines) {
    if (!school?.parent) continue;
    const { id, name } = school.parent;
    const district = districts.get(id) ?? { id, name, schools: [] };
    district.schools.push({ id: school.id, name: school.name });
    districts.set(id, district);
  }
  const order = (left: { name: string }, right: { name: string }) => compareNames(left.name, right.name);
  for (const district of districts.values()) district.schools.sort(order);
  return [...districts.values()].sort(order);
}
