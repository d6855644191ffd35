import { createClient } from 'graphql-ws';
import { Store } from './store';

/** Whether events arrive by themselves; without them, screens ask again every few seconds. */
export const connected = new Store(true);

const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
const WAIT_MIN_MS = 1000;
const WAIT_MAX_MS = 15_000;

/** One socket for all subscriptions, opened with the first and reopened for as long as somebody listens. */
export const live = createClient({
  url: `${scheme}://${location.host}/graphql`,
  lazy: true,
  retryAttempts: Number.POSITIVE_INFINITY,
  shouldRetry: () => true,
  // all browsers of a school lose the server at once; they should not all come back at once
  retryWait: (tries) =>
    new Promise((resume) => {
      const wait = Math.min(WAIT_MIN_MS * 2 ** tries, WAIT_MAX_MS);
      setTimeout(resume, wait / 2 + (Math.random() * wait) / 2);
    }),
  on: {
    connected: () => connected.set(true),
    closed: (event) => {
      if (!(event instanceof CloseEvent && event.wasClean)) connected.set(false);
    },
    error: () => connected.set(false),
  },
});
