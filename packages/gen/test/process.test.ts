import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openZoo } from "@zoo/format/node";
import { describe, expect, test, vi } from "vitest";
import { contents, folder, run, start, tinyRecipe } from "./process.ts";

// Every test starts several processes, each of which may have to wait for a core.
vi.setConfig({ testTimeout: 300_000 });

// What names the engine that trained a zoo, and so may differ between engines.
const ENGINE_FILES = ["zoo.json", "README.md"];

describe("the same bytes", () => {
  test("from one worker and from two, and from every engine that runs here", async () => {
    const dir = folder();
    const recipe = tinyRecipe(dir, { epochs: 2 });
    const zoo = async (name: string, ...options: string[]) => {
      expect(await run("run", recipe, "--out", join(dir, name), ...options)).toMatchObject({ code: 0 });
      return join(dir, name);
    };
    const one = await zoo("one", "--workers", "1");
    const two = await zoo("two", "--workers", "2");
    expect(contents(two)).toEqual(contents(one));
    const engines = JSON.parse((await run("engines", "--json")).out) as { name: string; available: boolean }[];
    for (const { name } of engines.filter(({ name, available }) => available && name !== "reference")) {
      expect(contents(await zoo(name, "--engine", name), ENGINE_FILES)).toEqual(contents(one, ENGINE_FILES));
    }
    expect(await run("verify", one, "--engine", "wasm", "--seed", "3")).toMatchObject({ code: 0 });
  });

  test("for a model alone and among others", async () => {
    const dir = folder();
    const recipe = tinyRecipe(dir, { epochs: 2 });
    await run("run", recipe, "--out", join(dir, "all"));
    await run("run", recipe, "--out", join(dir, "some"), "--models", "3,14-16");
    const [all, some] = await Promise.all([openZoo(join(dir, "all")), openZoo(join(dir, "some"))]);
    expect(some.models.rows.map(({ id }) => id)).toEqual([3, 14, 15, 16]);
    for (const { id } of some.models) {
      expect(await some.trajectory(id)).toEqual(await all.trajectory(id));
      for (const epoch of [0, 1, 2]) {
        expect((await some.metrics()).at(id, epoch)).toEqual((await all.metrics()).at(id, epoch));
      }
    }
    await Promise.all([all.close(), some.close()]);
  });
});

describe("kill -9", () => {
  const KILLS = 20;

  test(`at ${KILLS} random moments, resumed each time, ends with the bytes of a run that was left alone`, {
    timeout: 1_200_000,
  }, async () => {
    const dir = folder();
    const recipe = tinyRecipe(dir);
    const begun = performance.now();
    expect(await run("run", recipe, "--out", join(dir, "whole"))).toMatchObject({ code: 0 });
    const alone = performance.now() - begun;
    const expected = contents(join(dir, "whole"));

    const random = linearCongruential(20_260_115);
    const kills: Kill[] = [];
    for (let round = 0; kills.length < KILLS; round++) {
      const zoo = join(dir, `round-${round}`);
      let argv = ["run", recipe, "--out", zoo];
      while (kills.length < KILLS) {
        // Every other kill is at any moment from the first milliseconds of the program on, the others once it trains.
        const training = kills.length % 2 === 1;
        const kill = await killAfter(argv, zoo, training, random() * alone * (training ? 0.4 : 1));
        if (kill === null) break; // it was done before
        kills.push(kill);
        if (kill.state !== "nothing") argv = ["resume", zoo];
      }
      // Whatever is left; nothing, if the last one was done before its kill.
      await run(...argv);
      expect(contents(zoo)).toEqual(expected);
      rmSync(zoo, { recursive: true });
    }
    console.log(`killed: ${kills.map(({ state, saved }) => `${state} ${saved}`).join(", ")}`);
    expect(new Set(kills.map(({ signal }) => signal))).toEqual(new Set(["SIGKILL"]));
    expect(kills.filter(({ state }) => state === "interrupted").length).toBeGreaterThan(KILLS / 2);
  });
});

interface Kill {
  signal: string | null;
  /** As `status` tells it; "nothing" where not even the run was recorded, so that `run` starts it again. */
  state: string;
  /** States on disk. */
  saved: number;
}

/** Starts the command and kills it after so many ms, or so many after it began to train. Null if it was done before. */
async function killAfter(argv: readonly string[], zoo: string, training: boolean, ms: number): Promise<Kill | null> {
  const process = start(argv);
  if (training) await Promise.race([process.exit, process.says("->").catch(() => {})]);
  await Promise.race([process.exit, sleep(ms)]);
  process.child.kill("SIGKILL");
  const { code, signal } = await process.exit;
  if (code !== null) return null;
  const status = await run("status", zoo, "--json");
  if (status.code === 1) return { signal, state: "nothing", saved: 0 };
  const { state, statesSaved } = JSON.parse(status.out) as { state: string; statesSaved?: number };
  return { signal, state, saved: statesSaved ?? Number.POSITIVE_INFINITY };
}

/** Numbers in [0, 1). */
function linearCongruential(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe("signals", () => {
  test.each(["SIGINT", "SIGTERM"] as const)("%s saves, says how to go on, and ends with 1", async (signal) => {
    const dir = folder();
    const recipe = tinyRecipe(dir, { epochs: 1000 }); // a minute or more: it must not end by itself
    const zoo = join(dir, "zoo");
    const running = start(["run", recipe, "--out", zoo]);
    await running.says("->");
    while (!(await run("status", zoo, "--json")).out.includes('"epoch": 1')) await sleep(50);
    running.child.kill(signal);
    const { code, out, err } = await running.exit;
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(`zoo-gen: stopped; every finished epoch is saved. Go on with: zoo-gen resume ${zoo}\n`);
    const status = JSON.parse((await run("status", zoo, "--json")).out) as { state: string; statesSaved: number };
    expect(status.state).toBe("interrupted");
    expect(status.statesSaved).toBeGreaterThanOrEqual(20);
  });
});

describe("SIGINT while the engine is compiled for the first time", () => {
  const slowCompiler = fileURLToPath(new URL("../../engine/test/support/slow-compiler.sh", import.meta.url));

  test.each(["run", "engines"])("ends %s at once, with nothing written", async (command) => {
    const dir = folder();
    const [ids, cache, zoo] = ["ids", "cache", "zoo"].map((name) => join(dir, name));
    const argv = command === "run" ? ["run", tinyRecipe(dir), "--out", zoo] : [command];
    const env = { CXX: slowCompiler, SLOW_COMPILER_IDS: ids, XDG_CACHE_HOME: cache };
    const { child, exit } = start(argv, { env });
    while (!existsSync(ids)) {
      if (child.exitCode !== null) throw new Error(`it ended without compiling: ${(await exit).err}`);
      await sleep(10);
    }
    child.kill("SIGINT"); // the compiler itself would take 10 minutes
    expect(await exit).toMatchObject({ code: 1, out: "", err: "zoo-gen: stopped\n" });
    expect(readdirSync(join(cache, "model-zoo", "engine"))).toEqual([]);
    expect(existsSync(zoo)).toBe(false);
  });
});

describe("several runs of one folder", () => {
  test("share the work, whichever command started them, and end with the bytes of one", async () => {
    const dir = folder();
    const recipe = tinyRecipe(dir, { epochs: 20, seeds: { from: 1, count: 70 } });
    const zoo = join(dir, "zoo");
    expect(await run("run", recipe, "--out", join(dir, "alone"))).toMatchObject({ code: 0 });
    const first = start(["run", recipe, "--out", zoo, "--workers", "1"]);
    await first.says("->");
    const others = [start(["run", recipe, "--out", zoo, "--workers", "1"]), start(["resume", zoo, "--workers", "1"])];
    while (!(await run("status", zoo, "--json")).out.includes('"epoch": 1')) await sleep(50);
    const status = JSON.parse((await run("status", zoo, "--json")).out) as { state: string; owners: string[] };
    expect(status.state).toMatch(/running|finished/);
    for (const { exit } of [first, ...others]) expect(await exit).toMatchObject({ code: 0 });
    expect(contents(zoo)).toEqual(contents(join(dir, "alone")));
  });

  test("the shards of one that is killed are done by the others", async () => {
    const dir = folder();
    const recipe = tinyRecipe(dir, { epochs: 120 });
    const zoo = join(dir, "zoo");
    const first = start(["run", recipe, "--out", zoo]);
    await first.says("->");
    while (!(await run("status", zoo, "--json")).out.includes('"epoch": 1')) await sleep(50);
    const second = start(["resume", zoo]);
    await second.says("->");
    first.child.kill("SIGKILL");
    await first.exit;
    expect(await second.exit).toMatchObject({ code: 0 });
    expect(await run("run", recipe, "--out", join(dir, "alone"))).toMatchObject({ code: 0 });
    expect(contents(zoo)).toEqual(contents(join(dir, "alone")));
  });
});

describe("data", () => {
  test("that are corrupt end the run before it begins, with one line and no folder", async () => {
    const dir = folder();
    mkdirSync(join(dir, "usps"));
    for (const file of ["zip.train.gz", "zip.test.gz"]) writeFileSync(join(dir, "usps", file), "not gzip");
    const { code, out, err } = await run("run", "usps-seed", "--out", join(dir, "zoo"), "--data-dir", dir);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/^zoo-gen: usps: .*zip\.train\.gz.*md5.*\n$/);
    expect(readdirSync(dir)).toEqual(["usps"]);
  });
});

describe("a disk that refuses in mid-run", () => {
  test("is one clear line, keeps what was saved, and can be resumed", async () => {
    const dir = folder();
    const recipe = tinyRecipe(dir);
    const zoo = join(dir, "zoo");
    expect((await run("run", recipe, "--out", join(dir, "whole"))).code).toBe(0);
    // A limit of 100 blocks of 1024 bytes for a file: the weights of a shard are 178 kB.
    const limited = ["bash", "-c", 'ulimit -f 100; exec "$@"', "bash", process.execPath];
    const { code, out, err } = await start(["run", recipe, "--out", zoo], { command: limited }).exit;
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toMatch(/\nzoo-gen: .*: cannot write \(EFBIG\): .* nothing that was saved is lost\n$/);
    const status = JSON.parse((await run("status", zoo, "--json")).out) as { statesSaved: number };
    expect(status.statesSaved).toBeGreaterThanOrEqual(40);
    expect((await run("resume", zoo)).code).toBe(0);
    expect(contents(zoo)).toEqual(contents(join(dir, "whole")));
  });
});
