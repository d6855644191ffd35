import { defineConfig } from '@lingui/cli';
import { formatter } from '@lingui/format-po';

/** Vietnamese is the source text; each bundle has its own catalogue, shared texts are in both. The offices' comes
 * with the first of their screens, beside the staff's. */
export default defineConfig({
  sourceLocale: 'vi',
  locales: ['vi', 'en'],
  format: formatter({ lineNumbers: false, origins: false }),
  orderBy: 'message',
  catalogs: [
    { path: '<rootDir>/src/locales/public/{locale}', include: ['src/public', 'src/shared'] },
    { path: '<rootDir>/src/locales/staff/{locale}', include: ['src/staff', 'src/shared'] },
    { path: '<rootDir>/src/locales/office/{locale}', include: ['src/office'] },
  ],
});
