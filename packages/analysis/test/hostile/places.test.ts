import { copyFileSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runAnalysis } from "../support/run-analysis.ts";
import { temporaryFolder, writeSmallZoo } from "../support/small-zoo.ts";

const commands = ["summary", "hyperparameters", "weights", "diversity", "trajectories", "embed", "landscape"];

describe("--out in a zoo", () => {
  test.each([...commands.map((name) => [name]), ["query", "select * from models"]])(
    "%s refuses before it works",
    async (command, ...rest) => {
      const zoo = await writeSmallZoo();
      const before = readdirSync(zoo);
      const run = await runAnalysis([command, zoo, ...rest, "--out", join(zoo, "numbers")]);
      expect(run).toMatchObject({ code: 2, stdout: "" });
      expect(run.stderr).toContain("nothing is added to a zoo");
      expect(run.stderr).not.toContain("%"); // no progress: nothing was computed
      expect(readdirSync(zoo)).toEqual(before);
    },
  );

  test("report refuses, for the page and for the figures", async () => {
    const zoo = await writeSmallZoo();
    const before = readdirSync(zoo);
    const page = await runAnalysis(["report", zoo, "--out", join(zoo, "report.html")]);
    expect(page).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("nothing is added to a zoo") });
    const out = join(temporaryFolder(), "report.html");
    const figures = await runAnalysis(["report", zoo, "--out", out, "--figures", join(zoo, "figures")]);
    expect(figures).toMatchObject({
      code: 2,
      stdout: "",
      stderr: expect.stringContaining("nothing is added to a zoo"),
    });
    expect(readdirSync(zoo)).toEqual(before);
    expect(existsSync(out)).toBe(false);
  });
});

test("report says that a folder is missing before it works", async () => {
  const out = join(temporaryFolder(), "missing", "report.html");
  const run = await runAnalysis(["report", await writeSmallZoo(), "--out", out]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toMatch(/^zoo-analysis: .*there is no such file or folder; check the path\n$/);
});

test.each(["http://", "https://[", "http://x:99999/"])("the address %s is a line, not a crash", async (address) => {
  const run = await runAnalysis(["summary", address]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toBe(`zoo-analysis: ${address}: is no address; give one such as https://example.org/zoo/\n`);
});

test("a file in place of a zoo is no zoo", async () => {
  const file = join(await writeSmallZoo(), "models.parquet");
  const run = await runAnalysis(["summary", file]);
  expect(run).toMatchObject({ code: 1, stdout: "" });
  expect(run.stderr).toContain(`zoo-analysis: ${file}: has no zoo.json, so it is not a zoo`);
});

test("a report of before gives way, and one that lies in a zoo does not hide that", async () => {
  const zoo = await writeSmallZoo();
  const out = join(temporaryFolder(), "report.html");
  for (const _ of ["first", "again"]) expect((await runAnalysis(["report", zoo, "--out", out])).code).toBe(0);
  const inside = join(zoo, "report.html");
  copyFileSync(out, inside);
  const run = await runAnalysis(["report", zoo, "--out", inside]);
  expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining("nothing is added to a zoo") });
});
