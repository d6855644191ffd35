// The provider's few pages, in Vietnamese, without scripts or anything from elsewhere.

import { createHash } from 'node:crypto';

const MOST_SUGGESTIONS = 300;

const STYLE = `
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 26rem; margin: 10vh auto; padding: 0 1rem; color: #1a2733; }
  h1 { font-size: 1.4rem; } label { display: block; margin-top: 1rem; font-weight: 600; }
  input { width: 100%; box-sizing: border-box; padding: .6rem; font: inherit; border: 1px solid #6b7c8c; border-radius: .3rem; }
  button { margin-top: 1.5rem; padding: .7rem 1.4rem; font: inherit; color: #fff; background: #0b5394; border: 0; border-radius: .3rem; }
  .error { color: #a4161a; font-weight: 600; } .note { color: #4a5a68; font-size: .875rem; }`;
const STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`;

export const escape = (text) => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const page = (title, body) => `<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1>${body}</main></body></html>`;

/** Answer with a page that may load nothing and whose forms lead only here and to the client. */
export function send(ctx, html, origins) {
  ctx.type = 'html';
  ctx.set('Cache-Control', 'no-store');
  ctx.set('Referrer-Policy', 'no-referrer');
  ctx.set('Content-Security-Policy', [
    "default-src 'none'",
    `style-src ${STYLE_HASH}`,
    `form-action 'self' ${origins.join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '));
  ctx.body = html;
}

export function loginPage({ title, accounts, hint, wantsCode, error }) {
  const options = accounts.slice(0, MOST_SUGGESTIONS).map(({ sub, name }) => (
    `<option value="${escape(sub)}">${escape(name)}</option>`)).join('');
  const code = `<label for="code">Mã xác thực một lần</label>
    <input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required>`;
  return page('Đăng nhập', `
    <p><strong>${escape(title)}</strong></p>
    <p class="note">Máy chủ định danh dùng cho phát triển và thử nghiệm, với tài khoản mẫu.</p>
    ${error ? `<p class="error" role="alert">${escape(error)}</p>` : ''}
    <form method="post">
      <label for="login">Tên đăng nhập</label>
      <input id="login" name="login" list="accounts" value="${escape(hint)}" autocomplete="username" required autofocus>
      <datalist id="accounts">${options}</datalist>
      <label for="password">Mật khẩu</label>
      <input id="password" name="password" type="password" autocomplete="current-password" required>
      ${wantsCode ? code : ''}
      <button>Đăng nhập</button>
    </form>`);
}

/** @param {string} form the provider's own form, which carries its protection against forgery */
export function logoutPage(form) {
  return page('Đăng xuất', `
    <p>Kết thúc phiên đăng nhập trên máy này?</p>
    ${form}
    <button form="op.logoutForm" name="logout" value="yes" autofocus>Đăng xuất</button>`);
}

export function loggedOutPage() {
  return page('Đã đăng xuất', '<p>Phiên đăng nhập đã kết thúc.</p>');
}

export function errorPage({ error, error_description: description }) {
  return page('Không thể đăng nhập', `<p class="error">${escape(error)}</p><p>${escape(description ?? '')}</p>`);
}
