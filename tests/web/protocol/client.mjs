// One client of npm graphql-ws, driven by lines of JSON: commands on standard input, what happened on standard output.
//
// {"subscribe": "a", "query": "…", "variables": {…}, "resume": true}   resume: `after` follows the last cursor seen
// {"unsubscribe": "a"}   {"drop": true} tears the socket as a lost network does   {"end": true} closes politely
import { createInterface } from "node:readline";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

const [url, origin, cookie, attempts] = process.argv.slice(2);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

class Socket extends WebSocket {
  constructor(address, protocols) {
    super(address, protocols, { headers: { origin, ...(cookie ? { cookie } : {}) } });
    this.on("unexpected-response", (_request, response) => say({ refused: response.statusCode }));
  }
}

let socket;
const client = createClient({
  url,
  webSocketImpl: Socket,
  lazy: true,
  retryAttempts: Number(attempts ?? 0),
  retryWait: async () => {},
  on: {
    connected: (opened) => {
      socket = opened;
      say({ connected: opened.protocol });
    },
    closed: (event) => say({ closed: event.code ?? null }),
  },
});

const leaving = new Map();

function subscribe({ subscribe: id, query, variables = {}, resume = false }) {
  const payload = { query, variables };
  const next = (result) => {
    say({ id, next: result });
    const change = Object.values(result.data ?? {})[0];
    if (resume && change) payload.variables.after = change.cursor;
  };
  const error = (reason) => say({ id, error: Array.isArray(reason) ? reason : { code: reason?.code ?? null, text: `${reason?.message ?? reason}` } });
  leaving.set(id, client.subscribe(payload, { next, error, complete: () => say({ id, complete: true }) }));
}

createInterface({ input: process.stdin }).on("line", async (line) => {
  const command = JSON.parse(line);
  if (command.subscribe) subscribe(command);
  if (command.unsubscribe) leaving.get(command.unsubscribe)();
  if (command.drop) socket.terminate();
  if (command.end) {
    await client.dispose();
    process.exit(0);
  }
}).on("close", () => process.exit(0));
