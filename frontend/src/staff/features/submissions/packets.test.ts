import { expect, test } from 'vitest';
import { PACKET_MAX, packetsOf } from './packets';

const record = (id: number, className: string) => ({
  id: String(id),
  className,
  schoolClass: { id: className, name: className },
});

test('each class is a packet of its own, in the order of classes', () => {
  const packets = packetsOf([record(1, '2A'), record(2, '1A'), record(3, '2A')]);
  expect(packets.map(({ className, rows }) => [className, rows.map((row) => row.id)])).toEqual([
    ['1A', ['2']],
    ['2A', ['1', '3']],
  ]);
});

test('no packet is larger than the server takes', () => {
  const rows = Array.from({ length: PACKET_MAX + 1 }, (_, id) => record(id, '1A'));
  expect(packetsOf(rows).map((packet) => packet.rows.length)).toEqual([PACKET_MAX, 1]);
});
