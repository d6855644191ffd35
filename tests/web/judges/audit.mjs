// Runs the audits of graphql-http against a server and prints one line of JSON for each: id, name, status, reason.
import { serverAudits } from 'graphql-http';

const [url] = process.argv.slice(2);
for (const audit of serverAudits({ url })) {
  const { id, name, status, reason = '' } = await audit.fn();
  console.log(JSON.stringify({ id, name, status, reason }));
}
