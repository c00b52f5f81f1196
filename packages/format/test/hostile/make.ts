/** Writes the hostile files next to this script: `npm run hostile` in packages/format. */
import { readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { tinyFiles } from "../support/tiny-zoo.ts";
import { hostileCases } from "./cases.ts";

const cases = hostileCases(tinyFiles());
const folder = fileURLToPath(new URL("files/", import.meta.url));
for (const name of await readdir(folder)) await rm(folder + name);
for (const { name, bytes } of cases) await writeFile(`${folder}${name}.hostile`, bytes);
console.log(`${cases.length} hostile files written`);
