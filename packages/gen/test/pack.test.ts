import { execFileSync } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { folder, tinyRecipe } from "./process.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

// Slow: packs five packages and installs them with what they need from the registry (or npm's cache).
test("what pnpm pack ships installs with npm in an empty folder, and its zoo-gen trains a zoo", {
  timeout: 300_000,
}, () => {
  const dir = folder();
  for (const name of ["format", "cli", "data", "engine", "gen"]) {
    call(join(root, "node_modules", ".bin", "pnpm"), ["pack", "--pack-destination", dir], join(root, "packages", name));
  }
  const tarballs = readdirSync(dir).filter((file) => file.endsWith(".tgz"));
  expect(tarballs).toHaveLength(5);
  writeFileSync(join(dir, "package.json"), JSON.stringify({ name: "stranger", private: true }));
  call("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...tarballs.map((file) => `./${file}`)], dir);

  const zooGen = (...args: string[]) => call(join(dir, "node_modules", ".bin", "zoo-gen"), args, dir);
  expect(JSON.parse(zooGen("list", "--json"))).toHaveLength(10);
  const args = [tinyRecipe(dir), "--out", "zoo", "--models", "2", "--epochs", "1", "--engine", "wasm", "--json"];
  expect(JSON.parse(zooGen("run", ...args))).toMatchObject({
    models: 2,
    states: [0, 1],
    generated: { finished: true },
  });
});

function call(command: string, args: readonly string[], cwd: string): string {
  return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}
