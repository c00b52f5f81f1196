import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { start } from "../support/process.ts";
import { temporaryFolder, writeSmallZoo } from "../support/small-zoo.ts";

const slowCompiler = fileURLToPath(new URL("../../../engine/test/support/slow-compiler.sh", import.meta.url));

test.each([
  ["diversity", "--parts", "weights", "--out"],
  ["report", "--out"],
])("SIGINT while the engine is compiled for the first time ends %s at once, with nothing written", async (...argv) => {
  const [zoo, out, cache] = [await writeSmallZoo(), join(temporaryFolder(), "out.html"), temporaryFolder()];
  const ids = join(cache, "ids");
  const env = { CXX: slowCompiler, SLOW_COMPILER_IDS: ids, XDG_CACHE_HOME: cache };
  const { child, exit } = start([argv[0], zoo, ...argv.slice(1), out], env);
  while (!existsSync(ids)) {
    if (child.exitCode !== null) throw new Error(`it ended without compiling: ${(await exit).err}`);
    await sleep(10);
  }
  child.kill("SIGINT");
  const { code, out: said, err } = await exit; // the compiler itself would take 10 minutes
  expect({ code, said }).toEqual({ code: 1, said: "" });
  expect(err).toMatch(/(^|\n)zoo-analysis: stopped\n$/);
  expect(readdirSync(join(cache, "model-zoo", "engine"))).toEqual([]);
  expect(existsSync(out)).toBe(false);
});
