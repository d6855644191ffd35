import { compareClasses } from '../../../shared/names';
import type { RecordRowFragment } from '../../gql/graphql';

/** The most records of one packet. */
export const PACKET_MAX = 500;

type Packable = Pick<RecordRowFragment, 'id' | 'className' | 'schoolClass'>;

/** Records of one class that go to the department together. */
export interface Packet<Row extends Packable = RecordRowFragment> {
  className: string;
  rows: Row[];
}

/** A selection as packets: one for each class, in the order of classes; a class too large for one gets more. */
export function packetsOf<Row extends Packable>(rows: Row[]): Packet<Row>[] {
  const classes = new Map<string, Row[]>();
  for (const row of rows) {
    const key = row.schoolClass?.id ?? row.className;
    classes.set(key, [...(classes.get(key) ?? []), row]);
  }
  return [...classes.values()]
    .flatMap((ofClass) => chunks(ofClass, PACKET_MAX))
    .map((part) => ({ className: part[0]?.className ?? '', rows: part }))
    .sort((left, right) => compareClasses(left.className, right.className));
}

function chunks<Item>(items: Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, place) => items.slice(place * size, (place + 1) * size));
}
