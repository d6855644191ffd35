import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { fromValue } from 'wonka';
import { Provider, type Client } from 'urql';
import { EXCEPTION_ACTIONS } from '../features/locks/actions';
import { TRANSFER_ACTIONS } from '../features/transfers/actions';
import { Acts } from './Acts';

/** A server that says the same to every mutation and remembers what it was sent. */
function serverSaying(userErrors: { code: string; message: string; field: string[] }[]) {
  const answer = { data: { answer: { userErrors } } };
  const mutation = vi.fn<(document: unknown, variables: unknown) => unknown>(() =>
    Object.assign(fromValue(answer), { toPromise: () => Promise.resolve(answer) }),
  );
  return { mutation, client: { mutation } as unknown as Client };
}

const show = (client: Client, acts: React.ReactNode) =>
  render(
    <I18nProvider i18n={i18n}>
      <Provider value={client}>{acts}</Provider>
    </I18nProvider>,
  );

test('what the server allows is a button, and what it refuses is said with its reason', () => {
  const subject = { id: '1', viewerActions: ['REJECT' as const], viewerRefusals: [{ action: 'CONFIRM' as const, message: 'Việc của chính mình.' }] };
  show(serverSaying([]).client, <Acts subject={subject} table={EXCEPTION_ACTIONS} name="1A" onDone={vi.fn<() => void>()} />);
  expect(screen.getAllByRole('button').map((button) => button.textContent)).toEqual(['Bác ngoại lệ']);
  expect(screen.getByText('Việc của chính mình.')).toBeDefined();
});

test('an act that is remembered with a reason is not sent without one', async () => {
  const { client, mutation } = serverSaying([]);
  const done = vi.fn<() => void>();
  const subject = { id: '7', viewerActions: ['CANCEL' as const], viewerRefusals: [] };
  show(client, <Acts subject={subject} table={TRANSFER_ACTIONS} name="An" onDone={done} />);
  await userEvent.click(screen.getByRole('button', { name: 'Rút lại: An' }));
  await userEvent.click(screen.getByRole('button', { name: 'Rút lại' }));
  expect(mutation).not.toHaveBeenCalled();
  await userEvent.type(screen.getByLabelText('Lý do'), ' Ở lại trường ');
  await userEvent.click(screen.getByRole('button', { name: 'Rút lại' }));
  expect(mutation.mock.calls.map(([, variables]) => variables)).toEqual([{ id: '7', reason: 'Ở lại trường' }]);
  expect(done).toHaveBeenCalledOnce();
});

test('a refusal stays in the dialog in the server’s words', async () => {
  const { client } = serverSaying([{ code: 'OWN_MATTER', message: 'Phải là người khác.', field: [] }]);
  const done = vi.fn<() => void>();
  const subject = { id: '7', viewerActions: ['CONFIRM' as const], viewerRefusals: [] };
  show(client, <Acts subject={subject} table={EXCEPTION_ACTIONS} name="1A" onDone={done} />);
  await userEvent.click(screen.getByRole('button', { name: 'Cho phép ngoại lệ: 1A' }));
  await userEvent.click(screen.getByRole('button', { name: 'Cho phép ngoại lệ' }));
  expect((await screen.findByRole('alert')).textContent).toContain('Phải là người khác.');
  expect(done).not.toHaveBeenCalled();
});
