import { describe, expect, test } from "vitest";
import { zooAnalysis } from "./support/run-cli.ts";

const commands = [
  "summary",
  "hyperparameters",
  "weights",
  "diversity",
  "trajectories",
  "embed",
  "landscape",
  "query",
  "report",
  "compare",
];

test("--help lists every command, with what it is for", async () => {
  const { code, out } = await zooAnalysis(["--help"]);
  expect(code).toBe(0);
  const listed = [...out.matchAll(/^ {2}(\w+) \[options\] .*? {2,}(\S.*)$/gm)].map(([, name, what]) => ({
    name,
    what,
  }));
  expect(listed.map(({ name }) => name)).toEqual(commands);
  for (const { what } of listed) expect(what.length).toBeGreaterThan(15);
});

describe.each(commands)("%s --help", (name) => {
  test("says what it does in a phrase, and of every option what it takes", async () => {
    const { code, out, err } = await zooAnalysis([name, "--help"]);
    expect([code, err]).toEqual([0, ""]);
    const [usage, what] = out.split("\n\n");
    expect(usage).toMatch(new RegExp(`^Usage: zoo-analysis ${name} \\[options\\] <zoo`));
    expect(what).toMatch(/^[a-z][^.]*$|^s\(W\)/);
    const options = [...out.matchAll(/^ {2}(-.*)$/gm)].map(([, line]) => line);
    expect(options.length).toBeGreaterThan(2);
    for (const line of options) expect(line).toMatch(/^-\S+(, --\S+)?( <[^>]+>)?( {2,}\S|$)/);
    const described = options.filter((line) => / {2,}\S/.test(line));
    const wrapped = out.match(/^ {20,}\S.*$/gm)?.length ?? 0;
    expect(described.length + wrapped).toBeGreaterThanOrEqual(options.length);
  });
});

test("a command that is none is refused, with the one that was meant", async () => {
  const { code, err } = await zooAnalysis(["sumary", "zoo"]);
  expect(code).toBe(2);
  expect(err).toContain("summary");
});
