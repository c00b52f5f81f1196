/** Writes the hostile files next to this script: `npm run hostile` in packages/format. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadFolder } from "../support/folder.ts";
import { writeTinyZoo } from "../support/tiny-zoo.ts";
import { hostileCases } from "./cases.ts";

const dir = await mkdtemp(join(tmpdir(), "zoo-hostile-"));
await writeTinyZoo(dir);
const cases = hostileCases(await loadFolder(dir));
await rm(dir, { recursive: true });
for (const { name, bytes } of cases) {
  await writeFile(fileURLToPath(new URL(`files/${name}.hostile`, import.meta.url)), bytes);
}
console.log(`${cases.length} hostile files written`);
