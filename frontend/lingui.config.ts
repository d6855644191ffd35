import { defineConfig } from '@lingui/cli';
import { formatter } from '@lingui/format-po';

/** Vietnamese is the source text; each bundle has its own catalogue, shared texts are in both. */
export default defineConfig({
  sourceLocale: 'vi',
  locales: ['vi', 'en'],
  format: formatter({ lineNumbers: false, origins: false }),
  orderBy: 'message',
  catalogs: [
    { path: '<rootDir>/src/locales/public/{locale}', include: ['src/public', 'src/shared'] },
    { path: '<rootDir>/src/locales/staff/{locale}', include: ['src/staff', 'src/shared'] },
  ],
});
