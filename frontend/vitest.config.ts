import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { translation } from './vite.shared.ts';

/** Pure logic runs in Node; only what is drawn needs a document, which costs a second to make. */
export default defineConfig({
  plugins: [react(), translation()],
  test: {
    pool: 'threads',
    projects: [
      { extends: true, test: { name: 'logic', environment: 'node', include: ['src/**/*.test.ts'], isolate: false } },
      {
        extends: true,
        test: { name: 'screens', environment: 'jsdom', include: ['src/**/*.test.tsx'], setupFiles: ['src/test/setup.ts'] },
      },
    ],
  },
});
