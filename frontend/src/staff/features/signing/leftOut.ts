import type { RefusedFragment } from '../../gql/graphql';

/** Names the records that a selection lost: an error points at its place, as in ``recordIds.3``. */
export function leftOut(
  rows: { pupilName: string; className: string }[],
  errors: Pick<RefusedFragment, 'field' | 'message'>[],
): { name: string; sentence: string }[] {
  return errors.map(({ field, message }) => {
    const place = Number(field.join('.').split('.').at(-1));
    const row = rows[place];
    return { name: row ? `${row.pupilName}, ${row.className}` : '', sentence: message };
  });
}
