import { describe, expect, test } from "vitest";
import type { RunOptions } from "../src/contract/engine.ts";
import { askAll } from "../src/executor/ask-all.ts";
import type { Executor } from "../src/executor/executor.ts";
import type { PopulationQuery, Question } from "../src/executor/questions.ts";

/** One weight and one bias for each of two classes: D = 4. */
const query = {
  architecture: {
    name: "line",
    input: [1, 1, 1] as [number, number, number],
    classes: 2,
    layers: [{ type: "flatten" as const }, { type: "linear" as const, out: 2 }],
  },
  activation: "relu" as const,
  batch: { images: Uint8Array.of(7, 9), N: 2, scale: Float32Array.of(1), shift: Float32Array.of(0) },
};
const D = 4;
const M = 40;
const weights = Float32Array.from({ length: M * D }, (_, i) => i);

interface Asked {
  query: PopulationQuery;
  options: RunOptions;
  finish: (answer?: unknown) => void;
  fail: (error: Error) => void;
}

/** An executor of two workers and pieces of 16 models, whose answers come when the test says so. */
function fakeExecutor(): { executor: Executor; asked: Asked[] } {
  const asked: Asked[] = [];
  const engine = { name: "fake", id: "fake-1", numerics: { name: "1", exact: true }, preferredModels: 16 };
  const ask = (query: PopulationQuery, options: RunOptions) =>
    new Promise((finish, fail) => {
      asked.push({ query, options, finish, fail });
    });
  return { executor: { size: 2, engine, ask } as unknown as Executor, asked };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("askAll", () => {
  test("cuts models into pieces and gives answers in order, whichever comes first", async () => {
    const { executor, asked } = fakeExecutor();
    const seen: unknown[] = [];
    const all = (async () => {
      for await (const piece of askAll(executor, { question: "logits", ...query, weights })) seen.push(piece);
    })();
    await turn();
    expect(asked.map(({ query }) => [query.weights[0], query.weights.length])).toEqual([
      [0, 64],
      [64, 64],
      [128, 32],
    ]);
    for (const i of [2, 1, 0]) {
      asked[i].finish(`answer ${i}`);
      await turn();
    }
    await all;
    expect(seen).toEqual([
      { first: 0, count: 16, answer: "answer 0" },
      { first: 16, count: 16, answer: "answer 1" },
      { first: 32, count: 8, answer: "answer 2" },
    ]);
  });

  test("reads weights as they are needed: one piece more than workers", async () => {
    const { executor, asked } = fakeExecutor();
    const read: number[] = [];
    const source = {
      models: 100,
      read: async (first: number, count: number) => {
        read.push(first);
        return new Float32Array(count * D).fill(first);
      },
    };
    const pieces = askAll(executor, { question: "evaluate", ...query, weights: source });
    const first = pieces.next();
    await turn();
    expect(read).toEqual([0, 16, 32]);
    for (const { finish } of asked) finish();
    await first;
    await turn();
    expect(read).toEqual([0, 16, 32, 48]);
    asked[3].finish();
    await pieces.return(undefined);
    expect(read.length).toBe(4);
  });

  /** The queries of the three pieces. */
  async function queriesOf<Q extends Question>(query: PopulationQuery<Q>): Promise<PopulationQuery<Q>[]> {
    const { executor, asked } = fakeExecutor();
    const pieces = askAll(executor, query);
    const first = pieces.next();
    await turn();
    for (const { finish } of asked) finish();
    await first;
    await pieces.return(undefined);
    return asked.map(({ query }) => query as PopulationQuery<Q>);
  }

  test("puts images that all models share into shared memory once", async () => {
    const [{ batch }, second] = await queriesOf({ question: "evaluate", ...query, weights });
    expect(batch.images).toEqual(query.batch.images);
    expect(batch.images.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(second.batch.images).toBe(batch.images);
  });

  test("cuts what every model has of its own: vectors, cotangents, images", async () => {
    const [, { vectors }] = await queriesOf({ question: "hessianVectorProduct", ...query, weights, vectors: weights });
    expect(vectors).toEqual(weights.subarray(64, 128));
    const images = Float32Array.from({ length: M * 2 }, (_, i) => i);
    const [, { batch, wanted }] = await queriesOf({
      question: "gradients",
      ...query,
      weights,
      batch: { images, N: 2, perModel: true },
      wanted: { images: true, cotangents: weights },
    });
    expect(batch.images).toEqual(images.subarray(32, 64));
    expect(wanted).toEqual({ images: true, cotangents: weights.subarray(64, 128) });
  });

  test.each<[how: string, act: (abort: AbortController, asked: Asked[]) => void, end: string]>([
    ["the signal", (abort) => abort.abort(new Error("enough")), "Error: enough"],
    ["an error", (_, asked) => asked[0].fail(new RangeError("too few weights")), "RangeError: too few weights"],
    ["leaving the loop", (_, asked) => asked[0].finish(), "left"],
  ])("%s ends the pieces in flight", async (_, act, end) => {
    const { executor, asked } = fakeExecutor();
    const abort = new AbortController();
    const pieces = askAll(executor, { question: "logits", ...query, weights }, { signal: abort.signal });
    const left = pieces.next().then(
      async () => {
        await pieces.return(undefined);
        return "left";
      },
      (e: unknown) => String(e),
    );
    await turn();
    for (const { options, fail } of asked) {
      options.signal?.addEventListener("abort", () => fail(options.signal?.reason as Error));
    }
    act(abort, asked);
    expect(await left).toBe(end);
    expect(asked[2].options.signal?.aborted).toBe(true);
    expect(await pieces.next()).toEqual({ done: true, value: undefined });
  });

  test("weights that are no whole number of models are refused", async () => {
    const { executor } = fakeExecutor();
    const pieces = askAll(executor, { question: "logits", ...query, weights: weights.subarray(1) });
    await expect(pieces.next()).rejects.toThrow("weights [M, 4] cannot have 159 elements");
  });
});
