import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { graphql, HttpResponse } from 'msw';
import { setupServer } from 'msw/node';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { LookupQuery, LookupQueryVariables } from '../../gql/graphql';
import { Lookup } from './Lookup';

const CODE = '0190c7f2a6b14d4e8f3a5c9b2e41d07a';
const asked: LookupQueryVariables[] = [];
const server = setupServer();

const MASKED: LookupQuery['lookup'] = {
  maskedName: 'N… T… N… An',
  full: false,
  years: [
    {
      schoolYear: '2024-2025',
      grade: 2,
      schoolName: 'Trường Tiểu học Trần Hưng Đạo',
      verdict: 'LOCKED',
      sentence: 'Học bạ đã chốt và có hiệu lực.',
      revision: 1,
      effectiveFrom: '2025-06-30T16:59:00Z',
      sealPending: false,
      content: null,
      signatures: [],
      artefacts: [],
    },
  ],
};

function answer(lookup: LookupQuery['lookup']): void {
  server.use(
    graphql.query<LookupQuery, LookupQueryVariables>('Lookup', ({ variables }) => {
      asked.push(variables);
      return HttpResponse.json({ data: { lookup } });
    }),
  );
}

function refuse(message: string): void {
  server.use(graphql.query('Lookup', () => HttpResponse.json({ errors: [{ message, extensions: { code: 'X' } }] })));
}

function show(path = '/tra-cuu'): void {
  history.replaceState(null, '', path);
  render(
    <I18nProvider i18n={i18n}>
      <Lookup onAnswered={() => undefined} />
    </I18nProvider>,
  );
}

beforeAll(() => server.listen({ onUnhandledRequest: 'error' }));
beforeEach(() => asked.splice(0));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const submit = () => userEvent.click(screen.getByRole('button', { name: 'Tra cứu' }));

test('the address in a QR code opens the form with its code', () => {
  show(`/t/${CODE}`);
  expect(screen.getByLabelText('Mã tra cứu')).toHaveProperty('value', '0190 c7f2 a6b1 4d4e 8f3a 5c9b 2e41 d07a');
});

test('what is wrong is listed and takes the focus, and nothing is asked', async () => {
  show();
  await userEvent.type(screen.getByLabelText('Mã tra cứu'), '0190');
  await userEvent.type(screen.getByLabelText('Ngày'), '31');
  await userEvent.type(screen.getByLabelText('Tháng'), '2');
  await userEvent.type(screen.getByLabelText('Năm'), '2016');
  await submit();
  const summary = await screen.findByRole('alert');
  expect(document.activeElement).toBe(summary);
  expect(within(summary).getAllByRole('link')).toHaveLength(2);
  expect(asked).toEqual([]);
});

test('a code and a birth date are asked for as they stand in the registry', async () => {
  answer({ ...MASKED, full: true });
  show();
  await userEvent.click(screen.getByLabelText('Mã tra cứu'));
  await userEvent.paste(`https://hocba.example/t/${CODE}`);
  await userEvent.click(screen.getByLabelText('Ngày'));
  await userEvent.paste('02/09/2016');
  await submit();
  await screen.findByRole('heading', { level: 1, name: /có thật và đang có hiệu lực/ });
  expect(asked).toEqual([{ code: CODE, birthDate: '2016-09-02' }]);
});

test('without a birth date the name is masked, and the way to see more is offered', async () => {
  answer(MASKED);
  show(`/t/${CODE}`);
  await submit();
  expect(await screen.findByRole('heading', { name: 'N… T… N… An' })).toBeDefined();
  expect(asked).toEqual([{ code: CODE, birthDate: null }]);
  await userEvent.click(screen.getByRole('button', { name: 'Nhập ngày sinh để xem đủ' }));
  expect(screen.getByLabelText('Mã tra cứu')).toHaveProperty('value', '0190 c7f2 a6b1 4d4e 8f3a 5c9b 2e41 d07a');
});

test('a refusal is shown in the words of the server', async () => {
  refuse('Mã tra cứu hoặc ngày sinh không đúng.');
  show(`/t/${CODE}`);
  await submit();
  expect((await screen.findByRole('alert')).textContent).toContain('Mã tra cứu hoặc ngày sinh không đúng.');
});

test('a server out of reach is told apart from a wrong code', async () => {
  server.use(graphql.query('Lookup', () => HttpResponse.error()));
  show(`/t/${CODE}`);
  await submit();
  expect((await screen.findByRole('alert')).textContent).toContain('Không kết nối được máy chủ');
});
