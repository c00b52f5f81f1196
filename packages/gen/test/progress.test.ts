import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { World } from "../src/cli/world.ts";
import { loadRecipe } from "../src/recipe/catalogue.ts";
import { makePlan } from "../src/recipe/plan.ts";
import { Progress } from "../src/run/progress.ts";

const plan = makePlan(
  loadRecipe("usps-seed"),
  Array.from({ length: 100 }, (_, id) => id),
  10,
);
const [first, second] = plan.shards;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Progress over 100 models x 10 epochs of 1,000 images, on a clock that the test turns. */
function progress(stderr: { isTTY?: boolean; columns?: number }) {
  const said: string[] = [];
  let ms = 0;
  const world = { stderr: { ...stderr, write: (text: string) => said.push(text) }, now: () => ms } as unknown as World;
  const advance = (by: number): void => {
    ms += by;
    vi.advanceTimersByTime(by);
  };
  return { said, advance, shown: new Progress(plan, 1000, world) };
}

test("on a terminal one line is redrawn, cut to its width, and removed at the end", () => {
  const { said, advance, shown } = progress({ isTTY: true, columns: 120 });
  advance(250);
  expect(said).toEqual(["\r\x1b[2K0 of 100 models done, epoch 0 of 10, 0 model-samples/s, test accuracy n/a"]);
  shown.samples(64_000);
  shown.saved({ shard: first, epoch: 0, test_acc: 0.1 });
  shown.saved({ shard: first, epoch: 1, test_acc: 0.4 });
  shown.saved({ shard: second, epoch: 0, test_acc: 0.1 });
  advance(1750);
  // (64 * 0.4 + 36 * 0.1) / 100; 936,000 of 1,000,000 model-samples are left at 32,000 a second.
  expect(said.at(-1)).toBe(
    "\r\x1b[2K0 of 100 models done, epoch 0 of 10, 32,000 model-samples/s, test accuracy 29.2 %, 29 s left",
  );
  shown.close();
  expect(said.at(-1)).toBe("\r\x1b[2K");
  const lines = said.length;
  advance(1000);
  expect(said).toHaveLength(lines);

  const narrow = progress({ isTTY: true, columns: 30 });
  narrow.advance(250);
  expect(narrow.said).toEqual(["\r\x1b[2K0 of 100 models done, epoch 0"]);
  narrow.shown.close();
});

test("elsewhere it says one line per finished shard and nothing else", () => {
  const { said, advance, shown } = progress({});
  shown.saved({ shard: first, epoch: 0, test_acc: 0.1 });
  advance(60_000);
  expect(said).toEqual([]);
  shown.saved({ shard: first, epoch: 10, test_acc: 0.9 });
  shown.samples(640_000);
  shown.published(first.index, false);
  expect(said).toEqual([
    "64 of 100 models done, epoch 10 of 10, 10,667 model-samples/s, test accuracy 90.0 %, 34 s left\n",
  ]);
  shown.close();
  expect(said).toHaveLength(1);
});

test("what an earlier process trained counts as done, but not for the speed", () => {
  const { said, advance, shown } = progress({});
  shown.saved({ shard: first, epoch: 9, test_acc: 0.9 });
  shown.saved({ shard: second, epoch: 10, test_acc: 0.9 });
  advance(1000);
  shown.samples(32_000);
  shown.published(second.index, false);
  // 1,000,000 - 64 * 9,000 - 36 * 10,000 - 32,000 = 32,000 are left.
  expect(said).toEqual([
    "36 of 100 models done, epoch 10 of 10, 32,000 model-samples/s, test accuracy 90.0 %, 1 s left\n",
  ]);
});
