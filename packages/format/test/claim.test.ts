import { mkdir, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type Claim, claimShard, claimTiming, readClaims, thisProcess } from "../src/node.ts";
import { type Child, startChild } from "./support/child.ts";
import { temporaryFolder } from "./support/tiny-zoo.ts";

// Heartbeats every 50 ms: on a busy machine some come late, and ten must.
const timing = { intervalMs: 50, staleMs: 1000 };
const DAY_MS = 86_400_000;

const claimFile = (dir: string): string => join(dir, ".partial", "claims", "shard-00000.json");

async function claim(dir: string): Promise<Claim | null> {
  const held = await claimShard(dir, 0, timing);
  onTestFinished(async () => await held?.release());
  return held;
}

/** A process that claims shard 0. */
function hold(dir: string, ...options: number[]): Child {
  const child = startChild(new URL("support/hold-claim.ts", import.meta.url), dir, ...options);
  onTestFinished(() => child.kill("SIGKILL"));
  return child;
}

/** What a writer of another machine leaves, without a heartbeat. */
async function leave(dir: string, text: string): Promise<void> {
  await mkdir(dirname(claimFile(dir)), { recursive: true });
  await writeFile(claimFile(dir), text);
}

const foreign = `${JSON.stringify({ host: "elsewhere", machine: "0123456789abcdef", pid: 1, started: "1", beat: "1" })}\n`;

describe("a claim", () => {
  test("is held by one, in this process too, and free when it is released", async () => {
    const dir = await temporaryFolder();
    const first = await claim(dir);
    expect([first?.index, first?.lost]).toEqual([0, false]);
    expect(await claim(dir)).toBe(null);
    await first?.release();
    await first?.release();
    expect((await claim(dir))?.lost).toBe(false);
    expect(await readdir(dirname(claimFile(dir)))).toEqual(["shard-00000.json"]);
  });

  test("is kept for longer than the limit by its heartbeats alone", async () => {
    const dir = await temporaryFolder();
    const held = await claim(dir);
    await pause(2 * timing.staleMs);
    expect(await claim(dir)).toBe(null);
    expect(held?.lost).toBe(false);
  });

  test("dated far in the future is given up too: the server's clock was set back, and a living owner dates it anew", async () => {
    const dir = await temporaryFolder();
    await leave(dir, foreign);
    const tomorrow = new Date(Date.now() + DAY_MS);
    await utimes(claimFile(dir), tomorrow, tomorrow);
    expect((await claim(dir))?.lost).toBe(false);
  });

  test("of many processes, one gets it", async () => {
    const dir = await temporaryFolder();
    const racers = Array.from({ length: 5 }, () => hold(dir, 20_000));
    await Promise.all(racers.map(async (racer) => await racer.printed("")));
    expect(racers.filter((racer) => racer.lines().includes("claimed"))).toHaveLength(1);
  });

  test("waits for nobody when its owner was killed on this machine", async () => {
    const dir = await temporaryFolder();
    const owner = hold(dir, DAY_MS);
    await owner.printed("claimed");
    expect(await claimShard(dir, 0)).toBe(null);
    owner.kill("SIGKILL");
    await owner.ended;
    expect(await readClaims(dir)).toMatchObject([{ index: 0, owner: { pid: owner.pid }, state: "gone" }]);
    const takers = await Promise.all(Array.from({ length: 8 }, async () => await claim(dir)));
    expect(takers.filter((taker) => taker !== null)).toHaveLength(1);
  });

  test("of a host that vanished is taken over by one, when the heartbeat is old", async () => {
    const dir = await temporaryFolder();
    await leave(dir, foreign);
    expect(await claim(dir)).toBe(null);
    expect(await readClaims(dir, timing)).toEqual([{ index: 0, owner: { host: "elsewhere", pid: 1 }, state: "alive" }]);
    await pause(timing.staleMs + 100);
    expect(await readClaims(dir, timing)).toMatchObject([{ state: "stale" }]);
    const takers = await Promise.all(Array.from({ length: 8 }, async () => await claim(dir)));
    expect(takers.filter((taker) => taker !== null)).toHaveLength(1);
    expect(await readClaims(dir, timing)).toMatchObject([
      { index: 0, owner: { pid: thisProcess().pid }, state: "alive" },
    ]);
    expect(await readdir(dirname(claimFile(dir)))).toEqual(["shard-00000.1.json"]);
  });

  test("of a process that was stopped is taken over, and lost when it goes on", async () => {
    const dir = await temporaryFolder();
    const owner = hold(dir, timing.staleMs);
    await owner.printed("claimed");
    owner.kill("SIGSTOP");
    await pause(timing.staleMs + 200);
    const taker = await claim(dir);
    expect(taker).not.toBe(null);
    owner.kill("SIGCONT");
    await owner.printed("lost");
    owner.end();
    expect(await owner.ended).toBe(0);
    await pause(2 * timing.intervalMs);
    expect(taker?.lost).toBe(false); // its file is not the one that the first owner released
    expect(await claim(dir)).toBe(null);
  });

  test("is lost when its folder is deleted", async () => {
    const dir = await temporaryFolder();
    const held = await claim(dir);
    await rm(join(dir, ".partial"), { recursive: true });
    await vi.waitFor(() => expect(held?.lost).toBe(true));
  });

  test.each([-DAY_MS, DAY_MS])("does not depend on a client's clock, wrong by %i ms", async (skew) => {
    const dir = await temporaryFolder();
    const owner = hold(dir, timing.staleMs, skew);
    await owner.printed("claimed");
    await pause(2 * timing.staleMs);
    expect(await claim(dir)).toBe(null);
    const taker = hold(dir, timing.staleMs, -skew);
    expect(await taker.ended).toBe(0);
    expect([taker.lines(), owner.lines()]).toEqual([["held"], ["claimed"]]);
    owner.end();
    await owner.ended;
  });

  test("torn at any length is held until it is old", async () => {
    for (let length = 0; length < foreign.length; length += 7) {
      const dir = await temporaryFolder();
      await leave(dir, foreign.slice(0, length));
      expect(await claim(dir)).toBe(null);
      expect(await readClaims(dir, timing)).toEqual([{ index: 0, owner: null, state: "alive" }]);
      const old = new Date((await stat(claimFile(dir))).mtimeMs - timing.staleMs - 1);
      await utimes(claimFile(dir), old, old);
      expect(await readClaims(dir, timing)).toMatchObject([{ owner: null, state: "stale" }]);
      expect(await claim(dir)).not.toBe(null);
    }
  });
});

test("there are none where nobody claimed, and other files are passed over", async () => {
  const dir = await temporaryFolder();
  expect(await readClaims(dir)).toEqual([]);
  await leave(dir, foreign);
  await writeFile(join(dirname(claimFile(dir)), "tmp-0123"), "");
  expect((await readClaims(dir)).map(({ index }) => index)).toEqual([0]);
});

test("a shard waits for a vanished host for a minute, and a heartbeat may fail often before", () => {
  expect(claimTiming.staleMs).toBe(60_000);
  expect(claimTiming.staleMs / claimTiming.intervalMs).toBeGreaterThanOrEqual(10);
});
