import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { STAFF_TARGET, translation } from './vite.shared.ts';

const API = process.env['HOCBA_ORIGIN'] ?? 'http://127.0.0.1:8000';

/** The staff application: index.html. */
export default defineConfig({
  plugins: [react(), translation()],
  server: { proxy: { '/graphql': { target: API, ws: true }, '/auth': API, '/uploads': API, '/files': API } },
  build: {
    target: STAFF_TARGET,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: { input: 'index.html' },
  },
});
