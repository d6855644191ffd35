import { cleanup } from '@testing-library/react';
import { i18n } from '@lingui/core';
import { afterEach } from 'vitest';
import { messages as officeTexts } from '../locales/office/vi.po';
import { messages as publicTexts } from '../locales/public/vi.po';
import { messages as staffTexts } from '../locales/staff/vi.po';

i18n.load('vi', { ...publicTexts, ...staffTexts, ...officeTexts });
i18n.activate('vi');

// jsdom knows <dialog>, but not its modal form
Object.assign(HTMLDialogElement.prototype, {
  showModal(this: HTMLDialogElement) {
    this.open = true;
  },
  close(this: HTMLDialogElement) {
    this.open = false;
  },
});

afterEach(cleanup);
