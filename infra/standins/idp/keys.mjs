// Keys that outlive a restart: tokens signed before it still verify, cookies set before it still count.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

/** The keys in a file, made at the first call. */
export function openKeys(path) {
  if (!existsSync(path)) {
    const draft = `${path}.new`;
    writeFileSync(draft, JSON.stringify(newKeys()), { mode: 0o600 });
    renameSync(draft, path);
  }
  return JSON.parse(readFileSync(path, 'utf8'));
}

function newKeys() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signing = { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' };
  return { signing, cookie: randomBytes(32).toString('base64url') };
}
