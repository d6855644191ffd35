import { Trans } from '@lingui/react/macro';
import { Note } from '../../staff/ui/Note';

/** Says that nothing arrives by itself for now. */
export function LiveLine({ isLive }: { isLive: boolean }) {
  if (isLive) return null;
  return (
    <Note tone="amber">
      <Trans>Mất kết nối trực tiếp; trang hỏi lại máy chủ 5 giây một lần.</Trans>
    </Note>
  );
}
