// Settings, all from the environment and all required unless a default stands here.

export const LOOPBACK = '127.0.0.1';

const words = (text) => (text ?? '').split(' ').filter(Boolean);

/** @param {Record<string, string | undefined>} env */
export function readSettings(env) {
  const need = (name) => {
    if (!env[name]) throw new Error(`${name} is not set`);
    return env[name];
  };
  const port = Number(need('IDP_PORT'));
  const redirectUris = words(need('IDP_REDIRECT_URIS'));
  const afterLogout = words(env.IDP_POST_LOGOUT_REDIRECT_URIS);
  const backchannel = env.IDP_BACKCHANNEL_LOGOUT_URI;
  return {
    port,
    issuer: `http://${LOOPBACK}:${port}`,
    accounts: need('IDP_ACCOUNTS'),
    keys: need('IDP_KEYS'),
    // distinguishes the cookies of providers that share an address, and names the provider on its pages
    name: need('IDP_NAME'),
    title: need('IDP_TITLE'),
    password: need('IDP_PASSWORD'),
    oneTimeCode: need('IDP_ONE_TIME_CODE'),
    // where a form on our pages may lead in the end, for the Content-Security-Policy
    origins: [...new Set([...redirectUris, ...afterLogout].map((uri) => new URL(uri).origin))],
    client: {
      client_id: need('IDP_CLIENT_ID'),
      client_secret: need('IDP_CLIENT_SECRET'),
      client_name: 'Học bạ số',
      redirect_uris: redirectUris,
      post_logout_redirect_uris: afterLogout,
      ...(backchannel && { backchannel_logout_uri: backchannel, backchannel_logout_session_required: true }),
    },
  };
}
