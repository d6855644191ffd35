import { messages as vi } from '../locales/public/vi.po';
import type { Catalogues } from '../shared/translation';

export const catalogues: Catalogues = { vi, en: () => import('../locales/public/en.po') };
