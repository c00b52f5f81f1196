/** Writes schema/*.json from the zod schemas: `npm run schema` in packages/format. */
import { writeFile } from "node:fs/promises";
import { jsonSchemas } from "./json-schemas.ts";

for (const [name, text] of Object.entries(jsonSchemas())) {
  await writeFile(new URL(`../schema/${name}`, import.meta.url), text);
}
