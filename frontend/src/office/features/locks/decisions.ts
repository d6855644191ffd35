import { msg } from '@lingui/core/macro';
import type { TagView } from '../../ui/Tag';

const WAITS: TagView = { label: msg`Chờ người thứ hai`, mark: '○', tone: 'open' };
const CONFIRMED: TagView = { label: msg`Đã xác nhận`, mark: '✓', tone: 'plain' };
const REJECTED: TagView = { label: msg`Đã bác`, mark: '✕', tone: 'stop' };

/** How what one person proposed stands. */
export function decisionOf({ decidedAt, confirmed }: { decidedAt?: string | null | undefined; confirmed: boolean }): TagView {
  if (!decidedAt) return WAITS;
  return confirmed ? CONFIRMED : REJECTED;
}
