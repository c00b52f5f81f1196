import { existsSync } from "node:fs";
import { join } from "node:path";
import { openArtefact } from "@zoo/format";
import { fileStorage } from "@zoo/format/node";
import { describe, expect, test } from "vitest";
import { zooAnalysis } from "../support/run-cli.ts";
import { temporaryFolder, writeSyntheticZoo } from "../support/synthetic-zoo.ts";

const SQL =
  "select activation, avg(test_acc) from models join metrics on id = model where epoch = 4 group by 1 order by 1";

async function zoo(options = {}): Promise<string> {
  const dir = await temporaryFolder();
  await writeSyntheticZoo(join(dir, "zoo"), { grid: true, ...options });
  return join(dir, "zoo");
}

describe("query", () => {
  test("prints the rows as a table, or as JSON", async () => {
    const dir = await zoo();
    const { code, out } = await zooAnalysis(["query", dir, SQL]);
    expect(code).toBe(0);
    expect(out).toBe("2 rows.\nactivation  avg(test_acc)\nrelu                0.615\ntanh                0.815\n");
    const json = await zooAnalysis(["query", dir, SQL, "--json"]);
    const rows = (JSON.parse(json.out) as { tables: { rows: unknown[] } }).tables.rows;
    expect(rows).toEqual([
      { activation: "relu", "avg(test_acc)": expect.closeTo(0.615, 9) as number },
      { activation: "tanh", "avg(test_acc)": expect.closeTo(0.815, 9) as number },
    ]);
  });

  test("writes them as an artefact of the zoo, with names that an artefact may have", async () => {
    const dir = await zoo();
    const out = join(dir, "..", "answer");
    expect((await zooAnalysis(["query", dir, SQL, "--out", out])).code).toBe(0);
    const artefact = await openArtefact(fileStorage(out));
    const table = await artefact.table("rows");
    expect(Object.keys(table)).toEqual(["activation", "avg_test_acc"]);
    expect(table["activation"]).toEqual(["relu", "tanh"]);
    await artefact.close();
  });

  test("says in one line what is wrong, with 2, and writes nothing", async () => {
    const dir = await zoo();
    const out = join(dir, "..", "answer");
    const said = await zooAnalysis(["query", dir, "select nothing from models", "--out", out]);
    expect(said).toMatchObject({ code: 2, out: "" });
    expect(said.err).toMatch(
      /^zoo-analysis: query: Binder Error: Referenced column "nothing" not found [^\n]*\nsee: zoo-analysis query --help\n$/,
    );
    expect(existsSync(out)).toBe(false);
  });

  test("needs a zoo and a select", async () => {
    expect(await zooAnalysis(["query", "zoo"])).toMatchObject({ code: 2 });
    expect(await zooAnalysis(["query", "/nowhere", "select 1"])).toMatchObject({ code: 1 });
  });

  test("answers about the published part of an unfinished zoo when asked, and says so", async () => {
    const dir = await zoo({ only: [0, 2] });
    const refused = await zooAnalysis(["query", dir, "select count(*) from models"]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("2 of 3 shards published; finish it with zoo-gen resume");
    const said = await zooAnalysis(["query", dir, "select count(*), max(id) from models", "--partial"]);
    expect(said.code).toBe(0);
    expect(said.out).toContain("Unfinished zoo: 2 of 3 shards published; these are their 16 models.");
    expect(said.out).toMatch(/\n +16 +23\n/);
  });
});
