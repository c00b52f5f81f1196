import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { stopsAtOnce, zooAnalysis } from "../support/run-cli.ts";
import { temporaryFolder, writeSyntheticZoo } from "../support/synthetic-zoo.ts";

const refusal = (dir: string, text: string): string => text.replaceAll(dir, "DIR");

describe("report", () => {
  test("writes one page, says where, and gives the same bytes for the same zoo wherever it lies", async () => {
    const [a, b] = [await temporaryFolder(), await temporaryFolder()];
    const pages: string[] = [];
    for (const dir of [a, b]) {
      await writeSyntheticZoo(join(dir, "zoo"), { grid: true });
      const out = join(dir, "zoo.html");
      const said = await zooAnalysis(["report", join(dir, "zoo"), "--out", out]);
      expect(said.code).toBe(0);
      expect(refusal(dir, said.out)).toMatch(/^DIR\/zoo\.html: the report of 1 zoo, \d+ kB\n$/);
      pages.push(await readFile(out, "utf8"));
    }
    await zooAnalysis(["report", join(a, "zoo"), "--out", join(a, "again.html")]); // drawn after others in this process
    expect(pages[1]).toBe(pages[0]);
    expect(await readFile(join(a, "again.html"), "utf8")).toBe(pages[0]);
    expect(pages[0]).not.toContain(a);
  });

  test("refers to nothing outside of itself", async () => {
    const dir = await temporaryFolder();
    await writeSyntheticZoo(join(dir, "zoo"), { grid: true });
    await zooAnalysis(["report", join(dir, "zoo"), "--out", join(dir, "r.html")]);
    const html = await readFile(join(dir, "r.html"), "utf8");
    expect(html.match(/\b(src|href)="(?!#)[^"]*"|url\((?!#)[^)]*\)/g) ?? []).toEqual([]);
    expect(html).not.toMatch(/@import|https?:\/\//);
    expect(html.match(/<svg/g)?.length).toBeGreaterThanOrEqual(12);
  });

  test("says how to verify the zoo, with its Merkle root", async () => {
    const dir = await temporaryFolder();
    await writeSyntheticZoo(join(dir, "my-zoo"));
    await zooAnalysis(["report", join(dir, "my-zoo"), "--out", join(dir, "r.html")]);
    const html = await readFile(join(dir, "r.html"), "utf8");
    const { root } = JSON.parse(await readFile(join(dir, "my-zoo", "zoo.json"), "utf8")) as { root: string };
    for (const text of ["zoo-gen check my-zoo", "zoo-gen verify my-zoo", root]) expect(html).toContain(text);
  });

  test("leaves out the models that diverged, and says so", async () => {
    const dir = await temporaryFolder();
    await writeSyntheticZoo(join(dir, "zoo"), { seeds: 6, diverged: [2] });
    await zooAnalysis(["report", join(dir, "zoo"), "--out", join(dir, "r.html")]);
    const html = await readFile(join(dir, "r.html"), "utf8");
    expect(html).toContain("5 shown, 1 diverged (16.7 %)");
    expect(html).toContain("Left out: 1 model with a weight or a loss that was not finite");
    expect(html).not.toContain('id="model-2"');
    expect(html).toContain('id="model-3"');
  });

  test("of two zoos has the same figures side by side, on the same scales", async () => {
    const dir = await temporaryFolder();
    await writeSyntheticZoo(join(dir, "first"), { seeds: 6 });
    await writeSyntheticZoo(join(dir, "second"), { seeds: 8, epochs: 2 });
    const { code } = await zooAnalysis([
      "report",
      join(dir, "first"),
      join(dir, "second"),
      "--out",
      join(dir, "r.html"),
    ]);
    expect(code).toBe(0);
    const html = await readFile(join(dir, "r.html"), "utf8");
    const ids = [...html.matchAll(/<figure id="([^"]+)"/g)].map(([, id]) => id);
    const of = (key: string): string[] => ids.filter((id) => id.startsWith(`${key}-`)).map((id) => id.slice(2));
    expect(of("a")).toEqual(of("b"));
    expect(of("a")).toHaveLength(ids.length / 2);
    expect(html).toContain("first and second, side by side");
    expect(html).toContain('id="b-model-7"');
  });

  test("writes every figure as SVG and PNG too, without colours of the page", async () => {
    const dir = await temporaryFolder();
    await writeSyntheticZoo(join(dir, "zoo"), { grid: true });
    const figures = join(dir, "figures");
    await zooAnalysis(["report", join(dir, "zoo"), "--out", join(dir, "r.html"), "--figures", figures]);
    const html = await readFile(join(dir, "r.html"), "utf8");
    const ids = [...html.matchAll(/<figure id="([^"]+)"/g)].map(([, id]) => id);
    expect(readdirSync(figures).sort()).toEqual(ids.flatMap((id) => [`${id}.png`, `${id}.svg`]).sort());
    for (const id of ids) {
      const svg = await readFile(join(figures, `${id}.svg`), "utf8");
      expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
      expect(svg).not.toMatch(/var\(|currentColor|data-t/);
      const png = await readFile(join(figures, `${id}.png`));
      expect(png.subarray(1, 4).toString()).toBe("PNG");
      expect(png.readUInt32BE(16)).toBe(1440); // twice the width
      expect(png.length).toBeGreaterThan(5_000); // not an empty sheet
    }
  });

  test("of an unfinished zoo says what is missing, and with --partial shows what is published and says so", async () => {
    const dir = await temporaryFolder();
    await writeSyntheticZoo(join(dir, "zoo"), { grid: true, only: [1] });
    const argv = ["report", join(dir, "zoo"), "--out", join(dir, "r.html")];
    const refused = await zooAnalysis(argv);
    expect(refused.code).toBe(1);
    expect(refusal(dir, refused.err)).toBe(
      "zoo-analysis: DIR/zoo is not finished: 1 of 3 shards published; finish it with zoo-gen resume DIR/zoo, or look at what is there with --partial\n",
    );
    expect(existsSync(join(dir, "r.html"))).toBe(false);
    expect((await zooAnalysis([...argv, "--partial"])).code).toBe(0);
    const html = await readFile(join(dir, "r.html"), "utf8");
    expect(html).toContain("Unfinished zoo: 1 of 3 shards published; these are their 8 models.");
  });
});

describe("what is in the way", () => {
  test("a report of before gives way, anything else stays, and nothing is left beside it", async () => {
    const dir = await temporaryFolder();
    await writeSyntheticZoo(join(dir, "zoo"));
    const out = join(dir, "r.html");
    const argv = ["report", join(dir, "zoo"), "--out", out];
    expect((await zooAnalysis(argv)).code).toBe(0);
    expect((await zooAnalysis(argv)).code).toBe(0);
    await writeFile(out, "<!doctype html><p>mine");
    const refused = await zooAnalysis(argv);
    expect(refused.code).toBe(1);
    expect(refusal(dir, refused.err)).toBe(
      "zoo-analysis: DIR/r.html is no report of zoo-analysis; nothing was overwritten, choose another name\n",
    );
    expect(await readFile(out, "utf8")).toBe("<!doctype html><p>mine");
    expect(readdirSync(dir).sort()).toEqual(["r.html", "zoo"]);
  });

  test("a disk that takes no more is told in one line, and nothing is half-written", async () => {
    const dir = await temporaryFolder();
    await writeSyntheticZoo(join(dir, "zoo"));
    const out = join(dir, "r.html");
    const bin = fileURLToPath(new URL("../../bin/zoo-analysis.js", import.meta.url));
    const argv = [
      "-c",
      'ulimit -f 20; exec "$@"',
      "bash",
      process.execPath,
      bin,
      "report",
      join(dir, "zoo"),
      "--out",
      out,
    ];
    const { status, stderr, stdout } = spawnSync("bash", argv, { encoding: "utf8" }); // of the built command
    expect(refusal(dir, stderr)).toMatch(/^zoo-analysis: DIR\/\S+: cannot write \(EFBIG\): [^\n]*\n$/);
    expect([status, stdout]).toEqual([1, ""]);
    expect(readdirSync(dir)).toEqual(["zoo"]);
  });

  test("a folder that is not there is told in one line", async () => {
    const dir = await temporaryFolder();
    await writeSyntheticZoo(join(dir, "zoo"));
    const { code, err } = await zooAnalysis(["report", join(dir, "zoo"), "--out", join(dir, "no", "r.html")]);
    expect(code).toBe(1);
    expect(refusal(dir, err)).toMatch(/^zoo-analysis: DIR\/no\/[^\n]*ENOENT[^\n]*\n$/);
  });

  test("a stop signal ends it, and no page is written", async () => {
    const dir = await temporaryFolder();
    await writeSyntheticZoo(join(dir, "zoo"));
    const argv = ["report", join(dir, "zoo"), "--out", join(dir, "r.html")];
    const { code, err } = await zooAnalysis(argv, { onStopSignal: stopsAtOnce });
    expect([code, err]).toEqual([1, "zoo-analysis: stopped\n"]);
    expect(readdirSync(dir)).toEqual(["zoo"]);
  });
});

describe("what can never work is refused with 2 or 1, before anything is written", () => {
  test.each([
    [["--out", "DIR/r.txt"], 2, '--out must end in .html; got "r.txt"'],
    [[], 2, "required option '--out <file>' not specified"],
    [
      ["--out", "DIR/r.html", "--where", "lr > 5"],
      2,
      "no model fulfils the conditions; the zoo has 4 models. Widen --where",
    ],
    [["--out", "DIR/r.html", "--where", "speed > 5"], 2, '--where names "speed", which is no column'],
    [["--out", "DIR/r.html", "--epochs", "99"], 2, "99"],
    [["DIR/none", "--out", "DIR/r.html"], 1, "has no zoo.json"],
    [["DIR/zoo", "DIR/zoo", "DIR/zoo", "DIR/zoo", "--out", "DIR/r.html"], 2, "at most 4 zoos side by side, got 5"],
  ])("%j", async (more, code, message) => {
    const dir = await temporaryFolder();
    await writeSyntheticZoo(join(dir, "zoo"));
    const argv = ["report", join(dir, "zoo"), ...more.map((word) => word.replace("DIR", dir))];
    const said = await zooAnalysis(argv);
    expect(said.err).toContain(message);
    expect(said.code).toBe(code);
    expect(said.out).toBe("");
    expect(existsSync(join(dir, "r.html"))).toBe(false);
  });

  test("a zoo of which every model diverged", async () => {
    const dir = await temporaryFolder();
    await writeSyntheticZoo(join(dir, "zoo"), { seeds: 2, diverged: [0, 1] });
    const said = await zooAnalysis(["report", join(dir, "zoo"), "--out", join(dir, "r.html")]);
    expect(said.err).toContain("all 2 models diverged");
    expect(said.code).toBe(2);
  });
});

test("a zoo of one model and one epoch has a report", async () => {
  const dir = await temporaryFolder();
  await writeSyntheticZoo(join(dir, "zoo"), { seeds: 1, epochs: 1 });
  const said = await zooAnalysis(["report", join(dir, "zoo"), "--out", join(dir, "r.html")]);
  expect(said.err).toBe("");
  expect(said.code).toBe(0);
  const [page] = (await readFile(join(dir, "r.html"), "utf8")).split("<script>");
  expect(/.{0,80}(NaN|Infinity|undefined)/.exec(page)?.[0]).toBe(undefined);
});
