import './office.css';
import { i18n } from '@lingui/core';
import type { Language } from '../shared/language';
import { language } from '../shared/language';

const TEXTS = {
  vi: () => import('../locales/office/vi.po'),
  en: () => import('../locales/office/en.po'),
} satisfies Record<Language, unknown>;

/** The texts of the offices' screens, in the language that is spoken or about to be. */
export async function loadTexts(chosen: Language = language()): Promise<void> {
  i18n.load(chosen, (await TEXTS[chosen]()).messages);
}
