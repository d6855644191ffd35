import './styles/base.css';
import './styles/answer.css';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { createRoot } from 'react-dom/client';
import { startTranslation } from '../shared/translation';
import { catalogues } from './catalogues';
import { Page } from './Page';

async function start(): Promise<void> {
  await startTranslation(catalogues);
  const place = document.getElementById('app')!;
  place.textContent = ''; // the heading that was there before any script had run
  createRoot(place).render(
    <I18nProvider i18n={i18n}>
      <Page />
    </I18nProvider>,
  );
}

void start();

// Phones are shared: a page that the browser kept for its back button is asked for anew, without what it showed.
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload();
});
