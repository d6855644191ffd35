// The identity provider of development: npm's certified oidc-provider with demo accounts, on loopback only.
//
// Production points at the province's sign-on or VNeID by URL instead; nothing here is reachable from another
// machine, and no request leaves this one. Settings come from the environment, see `settings.mjs`.

import Provider, { interactionPolicy } from 'oidc-provider';

import { openAccounts } from './accounts.mjs';
import { interactions } from './interactions.mjs';
import { openKeys } from './keys.mjs';
import { errorPage, loggedOutPage, logoutPage, send } from './pages.mjs';
import { LOOPBACK, readSettings } from './settings.mjs';

export const ACR = { password: 'urn:hocba:acr:password', oneTimeCode: 'urn:hocba:acr:otp' };
const SCOPES = ['openid', 'profile', 'citizen'];
const HOUR = 60 * 60;

const settings = readSettings(process.env);
const accounts = openAccounts(settings.accounts);
const keys = openKeys(settings.keys);

const provider = new Provider(settings.issuer, {
  acrValues: Object.values(ACR),
  claims: {
    iss: null,
    sid: null,
    // How and when somebody logged in is told always, not only where a client asks for it.
    openid: ['sub', 'acr', 'amr', 'auth_time'],
    profile: ['name', 'preferred_username', 'position', 'unit'],
    citizen: ['citizen_id'],
  },
  clients: [settings.client],
  // The relying party reads name and number from the signed token, without a second request.
  conformIdTokenClaims: false,
  cookies: {
    keys: [keys.cookie],
    // Cookies know no port: the names must not meet those of the application or of another provider.
    names: Object.fromEntries(['session', 'interaction', 'resume'].map((kind) => [kind, `${settings.name}_${kind}`])),
  },
  features: {
    backchannelLogout: { enabled: true },
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => send(ctx, logoutPage(form), settings.origins),
      postLogoutSuccessSource: (ctx) => send(ctx, loggedOutPage(), settings.origins),
    },
  },
  fetch: fetchOnLoopback,
  findAccount: (ctx, sub) => accounts.find(sub) && { accountId: sub, claims: () => accounts.find(sub) },
  interactions: { policy: policyWithStepUp() },
  jwks: { keys: [keys.signing] },
  loadExistingGrant: grantEverything,
  pkce: { required: () => true },
  renderError: (ctx, out) => send(ctx, errorPage(out), settings.origins),
  responseTypes: ['code'],
  scopes: SCOPES,
  ttl: {
    AccessToken: HOUR,
    AuthorizationCode: 60,
    Grant: 24 * HOUR,
    IdToken: HOUR,
    Interaction: HOUR,
    Session: 12 * HOUR,
  },
});

/** The one client is the system itself: its users are not asked whether it may know who they are. */
async function grantEverything(ctx) {
  const { client, session } = ctx.oidc;
  const id = session.grantIdFor(client.clientId);
  const grant = (id && (await provider.Grant.find(id)))
    || new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(SCOPES.join(' '));
  await grant.save();
  return grant;
}

/** A client that asks for a level by `acr_values` gets it, by a new login where the session has less. */
function policyWithStepUp() {
  const { base, Check } = interactionPolicy;
  const policy = base();
  policy.get('login').checks.add(new Check('acr_step_up', 'a stronger login is required', ({ oidc }) => {
    const asked = oidc.params.acr_values?.split(' ') ?? [];
    const met = asked.length === 0 || asked.includes(oidc.acr) || Boolean(oidc.result?.login);
    return met ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
  }));
  return policy;
}

/** Back-channel logout is the only outgoing request; the library's guard would refuse loopback. */
async function fetchOnLoopback(url, { dispatcher, ...options }) {
  if (new URL(url).hostname !== LOOPBACK) throw new Error(`not a loopback address: ${url}`);
  return fetch(url, options);
}

provider.use(interactions(provider, accounts, settings, ACR));
provider.on('server_error', (ctx, error) => console.error(error));

const server = provider.listen(settings.port, LOOPBACK);
server.on('error', (error) => {
  console.error(String(error));
  process.exit(1);
});
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeAllConnections();
});
