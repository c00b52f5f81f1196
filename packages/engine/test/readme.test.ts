import { readFile } from "node:fs/promises";
import { expect, test, vi } from "vitest";

test("the example of README.md is the file that runs here, and prints what it says, on any engine", async () => {
  const [readme, example] = await Promise.all(
    ["../README.md", "readme-example.ts"].map((path) => readFile(new URL(path, import.meta.url), "utf8")),
  );
  const block = /```ts\n([\s\S]*?)```\s+```text\n([\s\S]*?)```/.exec(readme);
  expect(block?.[1]).toBe(example);
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import("./readme-example.ts");
  expect(`${log.mock.calls.flat().join("\n")}\n`).toBe(block?.[2]);
  log.mockRestore();
});
