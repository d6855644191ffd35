import { i18n } from '@lingui/core';
import { I18nProvider } from '@lingui/react';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Provider, type Operation } from 'urql';
import { expect, test, vi } from 'vitest';
import { fromValue } from 'wonka';
import type { RecordAction, RefusedFragment } from '../../gql/graphql';
import { BUTTONS, RECORD_ACTIONS } from './actions';
import { availableFor } from './available';
import { RecordActions } from './RecordActions';
import type { RecordView } from './RecordPage';

const RECORD = {
  id: 'UmVjb3JkOjE=',
  pupilName: 'Bùi Văn An',
  className: '1A',
  viewerActions: ['VIEW'],
  viewerRefusals: [],
} as unknown as RecordView;

function show(record: RecordView, userErrors: RefusedFragment[] = []) {
  const sent: unknown[] = [];
  const done = vi.fn<() => void>();
  const executeMutation = (operation: Operation) => {
    sent.push(operation.variables);
    return fromValue({ data: { answer: { record: null, userErrors } } });
  };
  render(
    <I18nProvider i18n={i18n}>
      <Provider value={{ executeMutation }}>
        <RecordActions record={record} onChanged={done} />
      </Provider>
    </I18nProvider>,
  );
  return { sent, done };
}

test('every action that the server may offer has a button, or a reason to have none', () => {
  const without = (Object.keys(RECORD_ACTIONS) as RecordAction[]).filter((action) => !BUTTONS.includes(action));
  expect(without.map((action) => RECORD_ACTIONS[action].perform.kind)).toEqual(without.map(() => 'NONE'));
});

test('a selection offers what the server allows of it, and reasons only for one record', () => {
  const rows = [
    { id: '1', viewerActions: ['SIGN_AS_PRINCIPAL', 'RETURN'] as RecordAction[] },
    { id: '2', viewerActions: ['RETURN', 'VIEW'] as RecordAction[] },
  ];
  expect(availableFor(rows)).toEqual([{ action: 'SIGN_AS_PRINCIPAL', rows: [rows[0]] }]);
  expect(availableFor(rows.slice(1)).map((item) => item.action)).toEqual(['RETURN']);
});

test('who may only look is told so, and may ask why', () => {
  const viewerRefusals = [{ action: 'WITHDRAW' as const, message: 'Đã quá hạn chốt.' }];
  show({ ...RECORD, viewerRefusals });
  expect(screen.getByText('Lúc này bạn chỉ xem được học bạ này.')).toBeDefined();
  expect(screen.getByText('Đã quá hạn chốt.')).toBeDefined();
});

test('an act that wants a reason is not sent without one', async () => {
  const { sent, done } = show({ ...RECORD, viewerActions: ['VIEW', 'RETURN'] });
  await userEvent.click(screen.getByRole('button', { name: 'Trả lại giáo viên' }));
  const dialog = screen.getByRole('dialog', { name: 'Trả lại giáo viên: Bùi Văn An, 1A' });
  const confirm = [...dialog.querySelectorAll('button')].at(-1)!;
  await userEvent.click(confirm);
  expect(screen.getByRole('alert').textContent).toContain('Hãy ghi lý do');
  expect(sent).toEqual([]);
  await userEvent.type(screen.getByLabelText('Lý do'), '  Sai nhận xét môn Toán. ');
  await userEvent.click(confirm);
  expect(sent).toEqual([{ recordId: RECORD.id, reason: 'Sai nhận xét môn Toán.' }]);
  expect(done).toHaveBeenCalledOnce();
});

test('a refusal stays in the dialog with the reason that was typed', async () => {
  const refusal = { code: 'DEADLINE_PASSED', message: 'Đã quá hạn chốt.', field: [] } as RefusedFragment;
  const { done } = show({ ...RECORD, viewerActions: ['WITHDRAW'] }, [refusal]);
  await userEvent.click(screen.getByRole('button', { name: 'Thu hồi' }));
  await userEvent.type(screen.getByLabelText('Lý do'), 'Ghi nhầm.');
  await userEvent.keyboard('{Tab}{Tab}{Enter}');
  expect(screen.getByRole('alert').textContent).toContain('Đã quá hạn chốt.');
  expect(screen.getByLabelText('Lý do')).toHaveProperty('value', 'Ghi nhầm.');
  expect(done).not.toHaveBeenCalled();
});
