import { messages as vi } from '../locales/staff/vi.po';
import type { Catalogues } from '../shared/translation';

export const catalogues: Catalogues = { vi, en: () => import('../locales/staff/en.po') };
