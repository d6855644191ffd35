import { defineConfig } from 'vite';
import { PUBLIC_TARGET, translation } from './vite.shared.ts';

/** The same TSX runs on Preact for parents: a tenth of React's weight. */
const PREACT = {
  'react-dom/client': 'preact/compat/client',
  'react-dom': 'preact/compat',
  'react/jsx-runtime': 'preact/jsx-runtime',
  'react/jsx-dev-runtime': 'preact/jsx-dev-runtime',
  react: 'preact/compat',
};

/** The public pages: tra-cuu.html, built after the staff application into the same folder. */
export default defineConfig({
  plugins: [translation()],
  resolve: { alias: PREACT },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  publicDir: false,
  build: {
    target: PUBLIC_TARGET,
    emptyOutDir: false,
    assetsDir: 'assets/public',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: 'tra-cuu.html',
      onLog: (level, log, report) => {
        // Lingui marks its module for React Server Components, which there are none of here
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
      },
    },
  },
});
