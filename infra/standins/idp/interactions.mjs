// The login page and what happens when its form comes back.

import { createHash, timingSafeEqual } from 'node:crypto';

import { loginPage, send } from './pages.mjs';

const PATH = /^\/interaction\/[\w-]+$/;
const LARGEST_FORM = 10_000;

/** Koa middleware for `/interaction/:uid`, where the provider sends whoever must log in. */
export function interactions(provider, accounts, settings, acr) {
  return async (ctx, next) => {
    if (!PATH.test(ctx.path)) return next();
    const { prompt, params } = await provider.interactionDetails(ctx.req, ctx.res);
    const page = {
      accounts: accounts.list(),
      hint: params.login_hint ?? '',
      title: settings.title,
      wantsCode: (params.acr_values ?? '').split(' ').includes(acr.oneTimeCode),
    };
    if (prompt.name !== 'login') ctx.throw(400, `unexpected prompt ${prompt.name}`);
    if (ctx.method !== 'POST') return send(ctx, loginPage(page), settings.origins);

    const form = await readForm(ctx);
    const account = accounts.find(form.get('login'));
    const known = account && same(form.get('password'), settings.password);
    const proven = !page.wantsCode || same(form.get('code'), settings.oneTimeCode);
    if (!known || !proven) {
      ctx.status = 401;
      const error = known ? 'Mã xác thực không đúng.' : 'Tên đăng nhập hoặc mật khẩu không đúng.';
      return send(ctx, loginPage({ ...page, hint: form.get('login') ?? '', error }), settings.origins);
    }
    const login = {
      accountId: account.sub,
      acr: page.wantsCode ? acr.oneTimeCode : acr.password,
      amr: page.wantsCode ? ['pwd', 'otp'] : ['pwd'],
    };
    ctx.respond = false; // the provider writes the redirect itself
    return provider.interactionFinished(ctx.req, ctx.res, { login }, { mergeWithLastSubmission: false });
  };
}

async function readForm(ctx) {
  let text = '';
  for await (const chunk of ctx.req.setEncoding('utf8')) {
    text += chunk;
    if (text.length > LARGEST_FORM) ctx.throw(413);
  }
  return new URLSearchParams(text);
}

/** Equality of secrets in a time that tells nothing. */
function same(given, expected) {
  const digest = (text) => createHash('sha256').update(text ?? '').digest();
  return timingSafeEqual(digest(given), digest(expected));
}
