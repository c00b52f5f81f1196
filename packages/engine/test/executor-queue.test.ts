import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import type { RunOptions } from "../src/contract/engine.ts";
import { type Executor, QueueExecutor, Stopped } from "../src/executor/executor.ts";
import type { Job, Outcome, Runner } from "../src/executor/runner.ts";
import type { EpochTask } from "../src/executor/training.ts";

const info = { name: "fake", id: "fake-1", numerics: { name: "1", exact: true }, preferredModels: 4 };
const task = (group: string): EpochTask => ({ group, members: [], epoch: 0, state: null });

/** A runner whose jobs end when the test says so, as one that computes a long chunk. */
class SlowRunner implements Runner {
  readonly died: Promise<Error>;
  die: (error: Error) => void = () => {};
  closed = 0;
  /** Names of the jobs that were begun. */
  readonly begun: string[] = [];
  options: RunOptions = {};
  finish: (outcome?: string) => void = () => {};
  fail: (error: Error) => void = () => {};

  constructor() {
    this.died = new Promise((resolve) => {
      this.die = resolve;
    });
  }

  run(job: Job, options: RunOptions): Promise<Outcome> {
    if (job.type === "train") this.begun.push(job.task.group);
    this.options = options;
    return new Promise((resolve, reject) => {
      this.finish = (outcome = "done") => resolve(outcome as unknown as Outcome);
      this.fail = reject;
    });
  }

  async close(): Promise<void> {
    this.closed++;
  }
}

/** Long enough for every promise that is settled to be told. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const open = (size: number): { executor: Executor; runners: SlowRunner[] } => {
  const runners = Array.from({ length: size }, () => new SlowRunner());
  return { executor: new QueueExecutor(info, runners), runners };
};

describe("the queue of an executor", () => {
  test("begins tasks in order, one a runner, the next when one is done", async () => {
    const { executor, runners } = open(2);
    expect([executor.size, executor.engine]).toEqual([2, info]);
    const done: string[] = [];
    const all = ["a", "b", "c", "d"].map((group) => executor.train(task(group)).then(() => done.push(group)));
    await settled();
    expect(runners.flatMap(({ begun }) => begun).sort()).toEqual(["a", "b"]);
    for (const runner of runners) runner.finish();
    await settled();
    expect(runners.flatMap(({ begun }) => begun).sort()).toEqual(["a", "b", "c", "d"]);
    for (const runner of runners) runner.finish();
    await Promise.all(all);
    expect(done.sort()).toEqual(["a", "b", "c", "d"]);
  });

  test("a task that fails takes no other with it", async () => {
    const { executor, runners } = open(1);
    const first = executor.train(task("a"));
    const second = executor.train(task("b"));
    runners[0].fail(new RangeError("no"));
    await expect(first).rejects.toThrow(new RangeError("no"));
    runners[0].finish();
    expect(await second).toBe("done");
  });

  test("progress reaches the task's caller, and what the caller throws there ends the task", async () => {
    const { executor, runners } = open(1);
    const seen: number[] = [];
    const first = executor.train(task("a"), { onChunk: (samples) => seen.push(samples) });
    runners[0].options.onChunk?.(5);
    runners[0].options.onChunk?.(7);
    runners[0].finish();
    await first;
    expect(seen).toEqual([5, 7]);

    const second = executor.train(task("b"), {
      onChunk: () => {
        throw new Error("enough");
      },
    });
    await settled();
    runners[0].options.onChunk?.(1);
    await expect(second).rejects.toThrow("enough");
    expect(runners[0].options.signal?.aborted).toBe(true);
  });
});

describe("an aborted task", () => {
  test("rejects at once with the signal's reason; its runner serves again when it noticed", async () => {
    const { executor, runners } = open(1);
    const abort = new AbortController();
    const seen: number[] = [];
    const first = executor.train(task("a"), { signal: abort.signal, onChunk: (samples) => seen.push(samples) });
    const second = executor.train(task("b"));
    abort.abort(new Error("changed my mind"));
    await expect(first).rejects.toThrow("changed my mind");
    expect(runners[0].options.signal?.aborted).toBe(true);
    runners[0].options.onChunk?.(5);
    expect(seen).toEqual([]);
    expect(runners[0].begun).toEqual(["a"]);
    runners[0].fail(new Error("aborted"));
    await settled();
    expect(runners[0].begun).toEqual(["a", "b"]);
    runners[0].finish();
    expect(await second).toBe("done");
  });

  test("that waited is never begun", async () => {
    const { executor, runners } = open(1);
    const abort = new AbortController();
    const first = executor.train(task("a"));
    const second = executor.train(task("b"), { signal: abort.signal });
    abort.abort();
    runners[0].finish(); // both in one turn of the event loop
    await expect(second).rejects.toThrow("aborted");
    await first;
    await expect(executor.train(task("c"), { signal: abort.signal })).rejects.toThrow("aborted");
    expect(runners[0].begun).toEqual(["a"]);
  });

  test("leaves no listener on the signal, nor does one that is done", async () => {
    const { executor, runners } = open(1);
    const { signal } = new AbortController();
    for (let i = 0; i < 3; i++) {
      const running = executor.train(task("a"), { signal });
      await settled();
      expect(getEventListeners(signal, "abort").length).toBe(1);
      if (i === 1) runners[0].fail(new Error("no"));
      else runners[0].finish();
      await running.catch(() => {});
    }
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("may be that of many waiting tasks: nothing warns of a leak", async () => {
    const { executor } = open(1);
    const warnings: Error[] = [];
    const onWarning = (warning: Error): number => warnings.push(warning);
    process.on("warning", onWarning);
    const { signal } = new AbortController();
    const tasks = Array.from({ length: 20 }, () => executor.train(task("a"), { signal }));
    await settled();
    process.off("warning", onWarning);
    await Promise.all([executor.close(), Promise.allSettled(tasks)]);
    expect(warnings).toEqual([]);
  });
});

describe("the end of an executor", () => {
  test("close() rejects what runs, waits, or comes later with Stopped, and may be called twice", async () => {
    const { executor, runners } = open(1);
    const tasks = [executor.train(task("a")), executor.train(task("b"))];
    const outcomes = Promise.allSettled(tasks);
    await Promise.all([executor.close(), executor.close()]);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: "rejected", reason: new Stopped() });
    await expect(executor.train(task("c"))).rejects.toThrow(Stopped);
    expect(runners[0].begun).toEqual(["a"]);
    expect(runners[0].options.signal?.aborted).toBe(true);
  });

  test("a runner that dies fails every task, now and later, with its reason", async () => {
    const { executor, runners } = open(2);
    const tasks = ["a", "b", "c"].map((group) => executor.train(task(group)));
    const outcomes = Promise.allSettled(tasks);
    runners[1].die(new Error("out of memory"));
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: new Error("out of memory") });
    await expect(executor.train(task("d"))).rejects.toThrow("out of memory");
    await executor.close();
    expect(runners.map(({ closed }) => closed)).toEqual([1, 1]);
  });
});
