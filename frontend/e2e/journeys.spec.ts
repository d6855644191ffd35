import { expect, test, type Browser, type Page } from '@playwright/test';

/** Logins of a demo province: two officers of the department, one of a district, a principal of that district. */
interface People {
  department: string;
  second: string;
  district: string;
  principal: string;
}

const PEOPLE = JSON.parse(process.env['SMOKE_PEOPLE'] ?? 'null') as People | null;
const PASSWORD = process.env['SMOKE_PASSWORD'] ?? 'hocba';
const JOURNEY_MS = 120_000;
const DAY_MS = 86_400_000;

/** A page of somebody's own, signed in; what they do is done in it, so that two people never share a session. */
async function pageOf(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto('/auth/login');
  await page.locator('input[name=login]').fill(login);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Đăng nhập' }).click();
  await expect(page.getByRole('navigation').getByRole('link').first()).toHaveText('Tổng quan');
  return page;
}

const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();

/** Sends the open dialog and waits until it has gone. */
async function send(page: Page, name: string): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
  await expect(page.getByRole('dialog')).toHaveCount(0);
}

if (PEOPLE) {
  test.describe.configure({ mode: 'serial' });

  test('one officer proposes a deadline, which only another can confirm', async ({ browser }) => {
    test.setTimeout(JOURNEY_MS);
    const first = await pageOf(browser, PEOPLE.department);
    await first.goto('/chot');
    await first.getByRole('button', { name: /^Đề nghị (đổi hạn|hạn chốt)/ }).first().click();
    await first.getByLabel(/Ngày giờ chốt/).fill(inDays(20).slice(0, 16));
    await first.getByRole('dialog').getByLabel('Lý do').fill('Bão số 3');
    await send(first, 'Đề nghị hạn chốt');
    await expect(first.getByRole('cell', { name: 'Bão số 3' })).toBeVisible();
    await expect(first.getByRole('button', { name: /^Xác nhận hạn/ })).toHaveCount(0);

    const second = await pageOf(browser, PEOPLE.second);
    await second.goto('/chot');
    await second.getByRole('button', { name: /^Xác nhận hạn/ }).click();
    await send(second, 'Xác nhận hạn');
    // the first officer's page hears of it by itself
    await expect(first.getByText('Đã xác nhận').first()).toBeVisible();
    await expect(first.getByRole('link', { name: 'Kiểm tra trước chốt' }).first()).toBeVisible();
  });

  test('a rehearsal says what it would lock, and an exception takes two people', async ({ browser }) => {
    test.setTimeout(JOURNEY_MS);
    const first = await pageOf(browser, PEOPLE.department);
    await first.goto('/chot');
    await first.getByRole('link', { name: 'Kiểm tra trước chốt' }).first().click();
    await expect(first.getByText('Sẽ lỡ kỳ chốt', { exact: true })).toBeVisible();
    await first.getByRole('button', { name: /^Chốt thử/ }).click();
    await send(first, 'Chốt thử');
    await expect(first.getByText(/đã hoàn lại tất cả/).first()).toBeVisible({ timeout: 60_000 });

    await first.getByRole('button', { name: /^Đề nghị ngoại lệ/ }).click();
    await first.getByRole('dialog').getByLabel('Trường').selectOption({ index: 1 });
    await first.getByRole('dialog').getByLabel('Lý do').fill('Trường bị ngập');
    await send(first, 'Đề nghị ngoại lệ');
    await expect(first.getByText('Chờ người thứ hai').first()).toBeVisible();

    const second = await pageOf(browser, PEOPLE.second);
    await second.goto(first.url());
    await second.getByRole('button', { name: /^Cho phép ngoại lệ/ }).click();
    await send(second, 'Cho phép ngoại lệ');
    await expect(second.getByText('Đã xác nhận').first()).toBeVisible();
  });

  test('a school declares, its district proposes and the department approves', async ({ browser }) => {
    test.setTimeout(JOURNEY_MS);
    const school = await pageOf(browser, PEOPLE.principal);
    await school.goto('/tham-gia');
    await school.getByRole('button', { name: 'Khai điều kiện của trường' }).click();
    for (const box of await school.getByLabel('Trường đạt').all()) {
      // oxlint-disable-next-line no-await-in-loop -- one box after the other
      await box.check();
    }
    for (const box of await school.getByLabel(/^Minh chứng/).all()) {
      // oxlint-disable-next-line no-await-in-loop
      await box.fill('Biên bản kiểm tra ngày 5/9');
    }
    await send(school, 'Gửi bản khai');
    await expect(school.getByText('Trường đã khai')).toBeVisible();
    const steps: [string, string, string][] = [
      [PEOPLE.district, 'Đề nghị Sở duyệt', 'Phòng đã đề nghị'],
      [PEOPLE.department, 'Duyệt tham gia', 'Sở đã duyệt'],
    ];
    for (const [login, act, state] of steps) {
      // oxlint-disable-next-line no-await-in-loop -- each waits for the one before
      const page = await pageOf(browser, login);
      // oxlint-disable-next-line no-await-in-loop
      await page.goto('/tham-gia');
      // oxlint-disable-next-line no-await-in-loop
      await page.getByRole('button', { name: new RegExp(`^${act}`) }).click();
      // oxlint-disable-next-line no-await-in-loop
      await send(page, act);
      // oxlint-disable-next-line no-await-in-loop
      await expect(page.getByText(state).first()).toBeVisible();
    }
  });

  test('a program is registered, its secret shown once, and revoked', async ({ browser }) => {
    test.setTimeout(JOURNEY_MS);
    const page = await pageOf(browser, PEOPLE.department);
    await page.goto('/ket-noi');
    await page.getByRole('button', { name: 'Đăng ký hệ thống' }).click();
    await page.getByLabel('Mã hệ thống (client id)').fill(`thu-${Date.now()}`);
    await page.getByLabel(/^Tên cơ quan/).fill('Sở Nội vụ (thử)');
    await page.getByLabel('Xác minh học bạ').check();
    await send(page, 'Đăng ký');
    await expect(page.getByText(/Khóa bí mật/)).toBeVisible();
    await page.getByRole('button', { name: 'Thu hồi: Sở Nội vụ (thử)' }).last().click();
    await send(page, 'Thu hồi');
    await expect(page.getByText(/^đã thu hồi/).first()).toBeVisible();
  });
}
