import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Interrupted, type StopSignal, untilStopped } from "../src/index.ts";

/** A world whose signals the test sends. */
function signals() {
  const listeners = new Set<(signal: StopSignal) => void>();
  const codes: number[] = [];
  const world = {
    onStopSignal: (stop: (signal: StopSignal) => void) => {
      listeners.add(stop);
      return () => listeners.delete(stop);
    },
    exit: (code: number) => codes.push(code),
  };
  return { world, codes, listeners, send: (signal: StopSignal) => listeners.forEach((stop) => stop(signal)) };
}

test("the first signal asks the work to stop; it ends as interrupted if it does", async () => {
  const { world, codes, send } = signals();
  const work = untilStopped(world, async (signal) => {
    send("SIGTERM");
    signal.throwIfAborted();
  });
  await expect(work).rejects.toThrow(Interrupted);
  expect(codes).toEqual([]);
});

test("what Node itself gives up is interrupted too; another failure stays what it is", async () => {
  const { world, send } = signals();
  const waiting = untilStopped(world, async (signal) => {
    send("SIGINT");
    await sleep(60_000, undefined, { signal });
  });
  await expect(waiting).rejects.toThrow(Interrupted);
  const failing = untilStopped(world, async () => {
    send("SIGINT");
    throw new TypeError("oops");
  });
  await expect(failing).rejects.toThrow("oops");
});

test.each<[StopSignal, number]>([
  ["SIGINT", 130],
  ["SIGTERM", 143],
])("the second, %s, ends the process with %i", async (second, code) => {
  const { world, codes, send } = signals();
  await untilStopped(world, async () => {
    send("SIGINT");
    send(second);
  });
  expect(codes).toEqual([code]);
});

test("work that ends is done, asked to stop or not, and then the signals are left alone", async () => {
  const { world, codes, listeners, send } = signals();
  expect(await untilStopped(world, async (signal) => signal.aborted)).toBe(false);
  const done = await untilStopped(world, async (signal) => {
    send("SIGINT");
    return signal.aborted;
  });
  expect(done).toBe(true);
  await expect(untilStopped(world, () => Promise.reject(new TypeError("oops")))).rejects.toThrow("oops");
  expect({ codes, left: listeners.size }).toEqual({ codes: [], left: 0 });
});
