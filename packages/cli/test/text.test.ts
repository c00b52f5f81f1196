import { expect, test } from "vitest";
import { bytes, count, duration, leftAtRate, leftOfFraction, percent, plural, table } from "../src/index.ts";

test("numbers", () => {
  expect([0, 999, 1000, 1_234_567.8].map(count)).toEqual(["0", "999", "1,000", "1,234,568"]);
  expect([plural(0, "model"), plural(1, "model"), plural(1200, "model")]).toEqual([
    "0 models",
    "1 model",
    "1,200 models",
  ]);
  expect([0, 0.5, 0.12345, 1, Number.NaN].map(percent)).toEqual(["0.0 %", "50.0 %", "12.3 %", "100.0 %", "n/a"]);
});

test("bytes, in the units of disks", () => {
  const sizes = [0, 1, 999, 999.6, 1000, 1440, 9949, 9960, 123_456_789, 5.2e9, 3e12, 4e15];
  expect(sizes.map(bytes)).toEqual([
    "0 B",
    "1 B",
    "999 B",
    "1.0 kB",
    "1.0 kB",
    "1.4 kB",
    "9.9 kB",
    "10 kB",
    "123 MB",
    "5.2 GB",
    "3.0 TB",
    "4000 TB",
  ]);
});

test("durations, whose parts never reach 60", () => {
  const seconds = [0, 8.4, 59.4, 59.6, 200, 3599.4, 3599.6, 7500, 10_799, Number.POSITIVE_INFINITY, Number.NaN];
  expect(seconds.map(duration)).toEqual([
    "0 s",
    "8 s",
    "59 s",
    "1 min 0 s",
    "3 min 20 s",
    "59 min 59 s",
    "1 h 0 min",
    "2 h 5 min",
    "3 h 0 min",
    "unknown",
    "unknown",
  ]);
});

test("the time left, once there is something to tell it from", () => {
  expect([leftOfFraction(0, 5), leftOfFraction(0.25, 5), leftOfFraction(1, 5)]).toEqual(["", "15 s left", "0 s left"]);
  expect([leftAtRate(100, 0), leftAtRate(100, 5)]).toEqual(["", "20 s left"]);
});

test("a table is aligned, also with cells that a zoo filled in", () => {
  const rows = [
    ["name", "n"],
    ["a", "1"],
    ["b\x1b[2J", "1,000"],
  ];
  expect(table(rows, [1])).toBe("name            n\na               1\nb\\u{1b}[2J  1,000\n");
  expect(table([])).toBe("");
  expect(table([["a"], ["b", "c"]])).toBe("a\nb  c\n");
});

test("a table of 200,000 rows is a table", () => {
  expect(table(Array.from({ length: 200_000 }, (_, i) => [`${i}`, "x"]))).toMatch(/^0 {7}x\n1 {7}x\n/);
});
