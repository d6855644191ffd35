// Demo accounts from a JSON file, read again when it changes: an import may add teachers while this runs.

import { readFileSync, statSync } from 'node:fs';

/** @param {string} path an array of { sub, name, …claims } */
export function openAccounts(path) {
  let readAt = -1;
  let bySub = new Map();

  const current = () => {
    const { mtimeMs } = statSync(path);
    if (mtimeMs !== readAt) {
      const rows = JSON.parse(readFileSync(path, 'utf8'));
      bySub = new Map(rows.map((row) => [row.sub, { preferred_username: row.sub, ...row }]));
      readAt = mtimeMs;
    }
    return bySub;
  };

  return {
    find: (sub) => current().get(sub),
    list: () => [...current().values()],
  };
}
