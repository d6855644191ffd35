import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Locator, type Page } from '@playwright/test';

const NOBODYS_CODE = '00000000000040008000000000000000';
const RULES = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Demo accounts of ``hocba run``, one for each role, with commas between them. */
const LOGINS = (process.env['SMOKE_LOGIN'] ?? '').split(',').filter(Boolean);
const PASSWORD = process.env['SMOKE_PASSWORD'] ?? 'hocba';
const SCREENS_MS = 240_000;

async function expectSound(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
}

/** Everything the console calls an error, a refusal of the content policy among it. */
function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('pageerror', (error) => errors.push(error.message));
  return errors;
}

test('the QR code of a record opens the lookup page, which tells nobody more than it should', async ({ page }) => {
  const errors = errorsOf(page);
  await page.goto(`/t/${NOBODYS_CODE}`);
  await expect(page.getByLabel('Mã tra cứu')).toHaveValue(/^0000 0000/);
  await expectSound(page);
  await page.getByRole('button', { name: 'Tra cứu', exact: true }).click();
  await expect(page.getByRole('alert')).toBeFocused();
  await expectSound(page);
  expect(errors).toEqual([]);
});

test('the public page speaks English', async ({ page }) => {
  await page.goto('/tra-cuu');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Look up a record');
});

test('whoever is not signed in is asked to, and parents are shown their way', async ({ page }) => {
  const errors = errorsOf(page);
  await page.goto('/');
  await expect(page.getByRole('link', { name: 'Đăng nhập' })).toHaveAttribute('href', '/auth/login');
  await expect(page.getByRole('link', { name: /tra cứu/ })).toHaveAttribute('href', '/tra-cuu');
  await expectSound(page);
  expect(errors).toEqual([]);
});

for (const login of LOGINS) {
  test(`${login} signs in and sees every screen of theirs`, async ({ page }, info) => {
    test.setTimeout(SCREENS_MS);
    const errors = errorsOf(page);
    await page.goto('/auth/login');
    await page.locator('input[name=login]').fill(login);
    await page.locator('input[name=password]').fill(PASSWORD);
    await page.getByRole('button', { name: 'Đăng nhập' }).click();
    const screens = page.getByRole('navigation').getByRole('link');
    await expect(screens.first()).toHaveText('Tổng quan');
    for (const [place, screen] of (await screens.all()).entries()) {
      // oxlint-disable-next-line no-await-in-loop -- one screen after the other
      await open(page, screen);
      // oxlint-disable-next-line no-await-in-loop
      await expectSound(page);
      // oxlint-disable-next-line no-await-in-loop
      await page.screenshot({ path: info.outputPath(`${login}-${place}.png`), fullPage: true });
    }
    expect(errors).toEqual([]);
  });
}

/** Opens a screen and waits until it shows something, and nothing that failed. */
async function open(page: Page, screen: Locator): Promise<void> {
  await screen.click();
  await expect(screen).toHaveAttribute('aria-current', 'page');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.locator('.skeleton')).toHaveCount(0);
  await expect(page.getByRole('alert')).toHaveCount(0);
}
