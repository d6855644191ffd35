import './styles/tokens.css';
import './styles/shell.css';
import './styles/controls.css';
import './styles/tables.css';
import './styles/pages.css';
import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { Provider } from 'urql';
import { startTranslation } from '../shared/translation';
import { catalogues } from './catalogues';
import { client } from './client';
import { router } from './routes';

// a new release has other file names: whoever asks for an old one gets the new page
addEventListener('vite:preloadError', () => location.reload());

async function start(): Promise<void> {
  await startTranslation(catalogues);
  createRoot(document.getElementById('app')!).render(
    <I18nProvider i18n={i18n}>
      <Provider value={client}>
        <RouterProvider router={router} />
      </Provider>
    </I18nProvider>,
  );
}

void start();
