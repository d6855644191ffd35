import { defineConfig } from '@playwright/test';

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--font-render-hinting=none',
  '--force-color-profile=srgb',
];

/** Debian's Chromium against a server that runs already: BASE_URL=http://127.0.0.1:8000 npm run smoke */
export default defineConfig({
  testDir: 'e2e',
  workers: 1,
  reporter: [['list']],
  timeout: 30_000,
  use: {
    baseURL: process.env['BASE_URL'] ?? 'http://127.0.0.1:8000',
    browserName: 'chromium',
    launchOptions: { executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ARGUMENTS },
    locale: 'vi-VN',
    timezoneId: 'Asia/Ho_Chi_Minh',
  },
  projects: [
    { name: 'desk', use: { viewport: { width: 1366, height: 768 } } },
    // what is done cannot be done twice: a phone only looks, and only as those who see the most screens
    { name: 'phone', testIgnore: 'journeys.spec.ts', grepInvert: /^.*(gvcn|vanthu|phong).* signs in/, use: { viewport: { width: 360, height: 800 }, hasTouch: true } },
  ],
});
