import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { runAnalysis } from "../support/run-analysis.ts";
import { temporaryFolder, writeSmallZoo } from "../support/small-zoo.ts";

/** A disk of 32 kB; null where this user may not have one. */
function smallDisk(): string | null {
  const disk = temporaryFolder();
  const { status } = spawnSync("mount", ["-t", "tmpfs", "-o", "size=32k", "tmpfs", disk]);
  if (status !== 0) return null;
  onTestFinished(() => void spawnSync("umount", ["-l", disk]));
  return disk;
}

test.for([
  ["weights", "numbers"],
  ["report", "report.html"],
])("%s --out on a full disk is one line with what to do, and nothing is there", async ([command, name], { skip }) => {
  const disk = smallDisk() ?? skip("this user may not mount a small disk");
  writeFileSync(join(disk, "other"), new Uint8Array(24 * 1024));
  const out = join(disk, name);
  const { code, stdout, stderr } = await runAnalysis([command, await writeSmallZoo(), "--out", out]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  const line = `no space is left on the disk; free some, or choose another disk; nothing was written\n`;
  expect(stderr).toMatch(/(^|\n)zoo-analysis: [^\n]+\n$/);
  expect(stderr.endsWith(line)).toBe(true);
  expect(stderr).toContain(`zoo-analysis: ${out}: cannot `);
  expect(readdirSync(disk)).toEqual(["other"]);
});

describe("a place that cannot be written at is refused before any work", () => {
  test.each([["--out"], ["--figures"]])("%s in the place of a file", async (option) => {
    const folder = temporaryFolder();
    const [file, page] = [join(folder, "file"), join(folder, "page.html")];
    writeFileSync(file, "mine");
    const argv = option === "--out" ? ["summary"] : ["report", "--out", page];
    const run = await runAnalysis([argv[0], await writeSmallZoo(), ...argv.slice(1), option, file]);
    const why = "is a file, not a folder; nothing was overwritten, choose another folder or remove this one";
    expect(run).toEqual({ code: 1, stdout: "", stderr: `zoo-analysis: ${file}: ${why}\n` });
    expect([readFileSync(file, "utf8"), existsSync(page)]).toEqual(["mine", false]);
  });

  test("report --out in the place of a folder", async () => {
    const page = join(temporaryFolder(), "page.html");
    mkdirSync(page);
    const { code, stderr } = await runAnalysis(["report", await writeSmallZoo(), "--out", page]);
    expect([code, stderr]).toEqual([
      1,
      `zoo-analysis: ${page}: cannot read (EISDIR): this is a folder, not a file; check the path\n`,
    ]);
  });

  test("an empty name of a place or of a zoo", async () => {
    const out = await runAnalysis(["summary", await writeSmallZoo(), "--out", ""]);
    expect(out).toMatchObject({ code: 2, stdout: "" });
    expect(out.stderr).toMatch(/^zoo-analysis: a place to write at must have a name; got ""\nsee: [^\n]+\n$/);
    const zoo = await runAnalysis(["summary", ""]);
    expect(zoo).toMatchObject({ code: 2, stdout: "" });
    expect(zoo.stderr).toMatch(/^zoo-analysis: <zoo> must name a folder or an address; got ""\nsee: [^\n]+\n$/);
  });
});

test("a zoo of which every model diverged is one line", async () => {
  const zoo = await writeSmallZoo({ models: [{}, {}], diverged: [0, 1] });
  for (const command of ["summary", "weights", "diversity", "landscape"]) {
    const { code, stdout, stderr } = await runAnalysis([command, zoo]);
    expect({ code, stdout }, command).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("zoo-analysis: all 2 models diverged; the zoo has 2 models.");
  }
});

test("a reader that goes away early changes no exit code and is no error", async () => {
  const bin = fileURLToPath(new URL("../../bin/zoo-analysis.js", import.meta.url));
  const script = 'set -o pipefail; "$0" "$1" summary "$2" --json | head -1';
  const argv = ["-c", script, process.execPath, bin, await writeSmallZoo()];
  const { status, stdout, stderr } = spawnSync("bash", argv, { encoding: "utf8" });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "{\n", stderr: "" });
});
