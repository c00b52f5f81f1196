#!/usr/bin/env node
import { existsSync } from "node:fs";

const main = new URL("../dist/main.js", import.meta.url);
if (existsSync(main)) process.exitCode = await (await import(main.href)).main(process.argv.slice(2));
else {
  console.error("zoo-bench: not built yet; run `npm run build` in the repository first");
  process.exitCode = 1;
}
