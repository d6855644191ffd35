import { Trans } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Button } from './Button';

export function NotFound() {
  return (
    <>
      <h1>
        <Trans>Không có trang này</Trans>
      </h1>
      <p>
        <Link to="/">
          <Trans>Về trang tổng quan</Trans>
        </Link>
      </p>
    </>
  );
}

/** A screen that failed; the rest of the application goes on. */
export function Lost() {
  return (
    <>
      <h1>
        <Trans>Trang này gặp lỗi</Trans>
      </h1>
      <Button look="primary" onClick={() => location.reload()}>
        <Trans>Tải lại</Trans>
      </Button>
    </>
  );
}
