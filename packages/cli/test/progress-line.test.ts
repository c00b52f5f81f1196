import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ProgressLine } from "../src/index.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A line that counts how often it was asked. */
function counting(stderr: { isTTY?: boolean; columns?: number }, logEveryMs?: number) {
  const said: string[] = [];
  let asked = 0;
  const world = { stderr: { ...stderr, write: (text: string) => said.push(text) } };
  const line = new ProgressLine(world, () => `asked ${++asked} of many times, which is a long line`, logEveryMs);
  return { said, line };
}

test("on a terminal one line is redrawn four times a second, cut to the width, and removed at the end", () => {
  const { said, line } = counting({ isTTY: true, columns: 31 });
  line.milestone(); // shown when it is redrawn
  expect(said).toEqual([]);
  vi.advanceTimersByTime(500);
  expect(said).toEqual(["\r\x1b[2Kasked 1 of many times, which i", "\r\x1b[2Kasked 2 of many times, which i"]);
  line.close();
  expect(said.at(-1)).toBe("\r\x1b[2K");
  vi.advanceTimersByTime(5000);
  expect(said).toHaveLength(3);
});

test("what was never drawn is not removed", () => {
  const { said, line } = counting({ isTTY: true });
  line.close();
  expect(said).toEqual([]);
});

test("a line that stays is printed in its place, and the progress goes on below", () => {
  const { said, line } = counting({ isTTY: true, columns: 20 });
  vi.advanceTimersByTime(250);
  line.say("note: \x07");
  vi.advanceTimersByTime(250);
  line.close();
  expect(said).toEqual([
    "\r\x1b[2Kasked 1 of many tim",
    "\r\x1b[2K",
    "note: \\u{7}\n",
    "\r\x1b[2Kasked 2 of many tim",
    "\r\x1b[2K",
  ]);
});

test("elsewhere there is a line of a log at each milestone, and at the interval that was asked for", () => {
  const { said, line } = counting({});
  vi.advanceTimersByTime(600_000);
  expect(said).toEqual([]);
  line.milestone();
  line.say("note");
  line.close();
  expect(said).toEqual(["asked 1 of many times, which is a long line\n", "note\n"]);

  const log = counting({}, 60_000);
  vi.advanceTimersByTime(150_000);
  log.line.close();
  vi.advanceTimersByTime(150_000);
  expect(log.said).toEqual([
    "asked 1 of many times, which is a long line\n",
    "asked 2 of many times, which is a long line\n",
  ]);
});

test("foreign text is shown on one line", () => {
  const said: string[] = [];
  const line = new ProgressLine({ stderr: { write: (text) => said.push(text) } }, () => "zoo \x1b[2J\n");
  line.milestone();
  line.close();
  expect(said).toEqual(["zoo \\u{1b}[2J\\u{a}\n"]);
});
