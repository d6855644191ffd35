// PostGraphile 5 as its documentation sets it up for Node: Amber preset, one pool, settings of a request from a header.
// It logs in as the application role and takes the same scope that backend/db/scope.py takes.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { grafserv } from "postgraphile/grafserv/node";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { DATABASE_URL, DATABASE_POOL, PORT } = process.env;

const preset = {
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({ connectionString: DATABASE_URL, schemas: ["public"], poolConfig: { max: Number(DATABASE_POOL) } }),
  ],
  schema: { defaultBehavior: "+connection +list" },
  grafast: {
    explain: false,
    context(request) {
      return { pgSettings: JSON.parse(request.node.req.headers["x-scope"]) };
    },
  },
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
};

const instance = postgraphile(preset);
const server = createServer();
await instance.createServ(grafserv).addTo(server);
if (process.env.PRINT_SCHEMA) {
  const { printSchema } = await import("graphql");
  console.log(printSchema(await instance.getSchema()));
}
server.listen(Number(PORT), "127.0.0.1");
