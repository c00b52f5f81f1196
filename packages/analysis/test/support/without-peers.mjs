/** As `node --import`: optional packages are looked for where there are none, so that Node itself says that they are missing. */
import { register } from "node:module";

const hooks = `
const peers = ["@duckdb/node-api", "danfojs-node"];
export const resolve = (name, context, next) =>
  next(name, peers.includes(name) ? { ...context, parentURL: "file:///no/such/folder/" } : context);
`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);
