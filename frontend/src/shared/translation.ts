import { i18n, type Messages } from '@lingui/core';
import { chooseLanguage, language, type Language } from './language';

/** Vietnamese comes with the code; English is fetched by those who ask for it. */
export interface Catalogues {
  vi: Messages;
  en: () => Promise<{ messages: Messages }>;
}

/** Starts in the language that was chosen last; with the English catalogue out of reach, in Vietnamese. */
export async function startTranslation(catalogues: Catalogues): Promise<void> {
  i18n.load('vi', catalogues.vi);
  await switchLanguage(catalogues, language()).catch(() => switchLanguage(catalogues, 'vi'));
}

export async function switchLanguage(catalogues: Catalogues, chosen: Language): Promise<void> {
  if (chosen === 'en') i18n.load('en', (await catalogues.en()).messages);
  chooseLanguage(chosen);
  i18n.activate(chosen);
}
