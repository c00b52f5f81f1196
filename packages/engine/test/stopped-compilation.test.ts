import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { openExecutor } from "../src/executor/open-executor.ts";
import { loadEngine, probeEngines } from "../src/load-engine.ts";
import { buildNative } from "../src/native/load-native.ts";
import { type FakeCompiler, fakeCompiler } from "./support/fake-compiler.ts";

let fake: FakeCompiler;
let ids: string;
beforeEach(() => {
  fake = fakeCompiler();
  ids = join(fake.cache, "ids");
  vi.stubEnv("SLOW_COMPILER_IDS", ids);
});
afterEach(() => {
  vi.unstubAllEnvs();
  fake.restore();
});

const slow = fileURLToPath(new URL("support/slow-compiler.sh", import.meta.url));

/** Runs `work` until its compiler is in the middle, and aborts it. Returns what it rejected with, and after how many ms. */
async function stopInTheMiddle(
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<{ reason: unknown; ms: number }> {
  vi.stubEnv("CXX", slow);
  const controller = new AbortController();
  const outcome = work(controller.signal).then(
    () => "nothing was stopped",
    (e: unknown) => e,
  );
  while (!existsSync(ids)) await sleep(5);
  const since = performance.now();
  controller.abort("stop");
  return { reason: await outcome, ms: performance.now() - since };
}

/** Processes of the compiler that are still there. A killed one may be there as a zombie until somebody asks for it. */
const alive = (): string[] =>
  readFileSync(ids, "utf8")
    .trim()
    .split(" ")
    .filter((id) => {
      const state = existsSync(`/proc/${id}/stat`) ? readFileSync(`/proc/${id}/stat`, "utf8").split(") ")[1][0] : "Z";
      return state !== "Z";
    });

describe.runIf(process.platform === "linux")("a compilation that is stopped", () => {
  test.each<[string, (signal: AbortSignal) => Promise<unknown>]>([
    ["buildNative", (signal) => buildNative({ signal })],
    ["loadEngine, which falls back to no other engine", (signal) => loadEngine("auto", { signal })],
    ["probeEngines", (signal) => probeEngines({ signal })],
    ["openExecutor", (signal) => openExecutor({ engine: "auto", workers: 1, signal })],
  ])("ends at once with the signal's reason, every process of it, and leaves nothing: %s", async (_, work) => {
    const { reason, ms } = await stopInTheMiddle(work);
    expect(reason).toBe("stop");
    expect(ms).toBeLessThan(1_800); // one that does not listen is given 2 s
    expect(alive()).toEqual([]);
    expect(readdirSync(fake.engineFolder)).toEqual([]);
  });

  test("ends within seconds where the compiler does not listen", async () => {
    vi.stubEnv("SLOW_COMPILER_STUBBORN", "1");
    const { reason } = await stopInTheMiddle((signal) => buildNative({ signal }));
    expect(reason).toBe("stop");
    while (alive().length > 0) await sleep(5); // killed, but perhaps not gone yet: the test's own limit is the limit
    expect(readdirSync(fake.engineFolder)).toEqual([]);
  });

  test("can be done again", async () => {
    await stopInTheMiddle((signal) => buildNative({ signal }));
    vi.stubEnv("CXX", join(fake.cache, "..", "c++"));
    const { file } = await buildNative({ signal: new AbortController().signal });
    expect(readFileSync(file, "utf8")).toBe("addon\n");
  });

  test("is not begun with a signal that has aborted", async () => {
    await expect(buildNative({ signal: AbortSignal.abort("before") })).rejects.toBe("before");
    expect(fake.calls()).toEqual([]);
  });
});
