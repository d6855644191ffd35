import { i18n } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { switchLanguage } from '../shared/translation';
import { catalogues } from './catalogues';
import { Lookup } from './features/lookup/Lookup';
import { VerifyFile } from './features/verification/VerifyFile';

/** The whole public site: look a record up, or have a file judged. */
export function Page() {
  const { t } = useLingui();
  const [answered, setAnswered] = useState(false);
  useEffect(() => {
    document.title = t`Tra cứu Học bạ số`;
  }, [t]);
  return (
    <>
      <a className="skip" href="#main">
        <Trans>Đến nội dung chính</Trans>
      </a>
      <header className="bar">
        <div className="wrap">
          <strong>
            <Trans>Học bạ số</Trans>
          </strong>
          <span className="org">
            <Trans>Sở GDĐT Quảng Ninh</Trans>
          </span>
          <LanguageSwitch />
        </div>
      </header>
      <main id="main" className="wrap" tabIndex={-1}>
        <Lookup onAnswered={setAnswered} />
        {!answered && <VerifyFile />}
      </main>
      <footer className="wrap foot">
        <p>
          <Trans>
            Mã tra cứu không chứa thông tin cá nhân. Trang này không lưu những gì bạn nhập hay xem trên thiết bị.
          </Trans>
        </p>
        <p>
          <a href="/">
            <Trans>Dành cho nhà trường và cơ quan quản lý</Trans>
          </a>
        </p>
      </footer>
    </>
  );
}

function LanguageSwitch() {
  const other = i18n.locale === 'vi' ? 'en' : 'vi';
  return (
    <button type="button" className="language" lang={other} onClick={() => void switchLanguage(catalogues, other)}>
      {other === 'en' ? 'English' : 'Tiếng Việt'}
    </button>
  );
}
