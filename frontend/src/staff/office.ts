import type { Language } from '../shared/language';
import { switchLanguage } from '../shared/translation';
import { catalogues } from './catalogues';

let opened = false;

/** Fetches what the offices' screens share: their texts and their look. Whoever opens none of them never pays for it. */
export async function openOffice(): Promise<void> {
  const { loadTexts } = await import('../office/texts');
  await loadTexts();
  opened = true;
}

/** Another language on every screen that is open. */
export async function switchStaffLanguage(chosen: Language): Promise<void> {
  if (opened) await import('../office/texts').then(({ loadTexts }) => loadTexts(chosen));
  await switchLanguage(catalogues, chosen);
}
