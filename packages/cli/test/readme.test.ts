import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as cli from "../src/index.ts";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

describe("the example of the README", () => {
  const code = /```js\n(.*?)```/s.exec(readme)?.[1] ?? "";
  const flags = ["--conditions=@zoo/source", "--import", import.meta.resolve("tsx"), "--input-type=module"];
  const what = (...argv: string[]) => {
    const cwd = fileURLToPath(new URL("..", import.meta.url));
    const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, "-e", code, "--", "what.mjs", ...argv], {
      cwd,
      encoding: "utf8",
    });
    return { status, stdout, stderr };
  };

  test("does what it shows", () => {
    const argv = /what\.mjs --where "(.*?)" --epochs (.*?)\n(.*)\n/.exec(readme)?.slice(1) ?? [];
    const shown = { status: 0, stdout: `${argv[2]}\n`, stderr: "" };
    expect(what("--where", argv[0], "--epochs", argv[1])).toEqual(shown);
    expect(JSON.parse(what("--where", argv[0], "--json").stdout)).toEqual({
      filter: [{ lr: { below: 0.1 } }, { test_acc: { min: 0.5, epoch: 25 } }],
      epochs: [0, 1, 2, 25, 50],
    });
  });

  test("refuses what it shows", () => {
    const [before, after] = /zoo-what: (.*)\.\.\.(.*)\n/.exec(readme)?.slice(1) ?? [];
    const { status, stdout, stderr } = what("--where", "accuracy > 0.5");
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr.startsWith(`zoo-what: ${before}`)).toBe(true);
    expect(stderr.endsWith(`${after}\nsee: zoo-what --help\n`)).toBe(true);
  });
});

test("every condition of the README's table is one", () => {
  const table = readme.slice(readme.indexOf("| condition |"), readme.indexOf("Columns are those"));
  const conditions = [...table.matchAll(/`([^`]+)`/g)].map(([, text]) => text.replaceAll("\\|", "|"));
  expect(conditions.length).toBeGreaterThan(10);
  for (const text of conditions) expect(cli.parseWhere(text, cli.whereColumns([0, 25]))).toHaveLength(1);
});

test("the README names everything that the package exports", () => {
  const parts = readme.slice(readme.indexOf("## Parts"), readme.indexOf("## Exit codes"));
  expect(Object.keys(cli).filter((name) => !parts.includes(`\`${name}\``))).toEqual([]);
});
