import { join } from "node:path";
import { openZoo } from "@zoo/format/node";
import { expect, onTestFinished, test } from "vitest";
import { select } from "../../src/population/selection.ts";
import type { ShownTable } from "../../src/report/figure.ts";
import type { ReportContext, ReportZoo } from "../../src/report/report-context.ts";
import { accuracySection } from "../../src/report/sections/accuracy-section.ts";
import { comparisonSection } from "../../src/report/sections/comparison-section.ts";
import { effectsSection } from "../../src/report/sections/effects-section.ts";
import { jsonOf } from "../../src/results/json-result.ts";
import type { ResultTable } from "../../src/results/result.ts";
import { runJson } from "../commands/run.ts";
import { type SyntheticOptions, temporaryFolder, writeSyntheticZoo } from "../support/synthetic-zoo.ts";

interface Made {
  path: string;
  zoo: ReportZoo;
}

async function make(options: SyntheticOptions, key = ""): Promise<Made> {
  const path = join(await temporaryFolder(), "zoo");
  await writeSyntheticZoo(path, options);
  const zoo = await openZoo(path);
  onTestFinished(async () => await zoo.close());
  const analysis = { path, zoo, selection: await select(zoo), seed: 1 } as ReportZoo["analysis"];
  return { path, zoo: { key, name: `zoo ${key}`, folder: "zoo", analysis } };
}

const context = (...zoos: Made[]): ReportContext => ({
  zoos: zoos.map(({ zoo }) => zoo),
  signal: new AbortController().signal,
});

/** A table of the page in the form of `--json`. */
const rows = (table: ResultTable | ShownTable): unknown =>
  (jsonOf({ kind: "", parameters: {}, definitions: [], tables: [table], arrays: [] }) as { tables: object }).tables;

test("the tables of the hyperparameter figures are those of the command, to the last digit", async () => {
  const made = await make({ grid: true, seeds: 5, diverged: [3] });
  const said = await runJson("hyperparameters", made.path);
  const section = await effectsSection(context(made));
  const table = (id: string): unknown =>
    Object.values(rows(section?.figures.find((figure) => figure.id === id)?.table as ResultTable) as object)[0];
  expect(table("importance")).toEqual(said.tables["importance"]);
  expect(table("main-effects")).toEqual(said.tables["main_effects"]);
  expect(table("strongest-pair")).toEqual(said.tables["pair_effects"]);
  expect(table("importance-over-epochs")).toEqual(said.tables["importance_by_epoch"]);
  const bands = await runJson("summary", made.path, "--by", "activation");
  expect(table("levels-over-epochs")).toEqual(bands.tables["bands"].filter(({ metric }) => metric === "test_acc"));
  for (const line of section?.definitions ?? []) expect(said.definitions).toContain(line);
});

test("a seed that is alone, one model, and models that are all equal have no effects to show", async () => {
  expect(await effectsSection(context(await make({ seeds: 4 })))).toBe(null);
  expect(await effectsSection(context(await make({ seeds: 1 })))).toBe(null);
});

test("the accuracy section says the mean, its interval and the failures that the command says", async () => {
  const made = await make({ seeds: 8, diverged: [2, 5] });
  const said = await runJson("summary", made.path);
  const section = await accuracySection(context(made));
  const [mean] = said.tables["performance"].filter(({ metric }) => metric === "test_acc");
  const text = (value: unknown): string => `${(100 * (value as number)).toFixed(1)} %`;
  expect(section.paragraphs[0]).toContain(`average of ${text(mean["mean"])}`.replace("average of", "test accuracy of"));
  expect(section.paragraphs[0]).toContain(`interval ${text(mean["mean_low"])} to ${text(mean["mean_high"])}`);
  const [failed] = said.tables["failures"];
  expect(failed).toMatchObject({ models: 8, diverged: 2, chance: 6, dead: 6 });
  expect(section.paragraphs[1]).toBe(
    "2 models diverged and are left out; after epoch 4, 6 models of the rest are no better than chance, 6 of them dead.",
  );
});

test("two zoos have the numbers of the command compare in one table; one zoo or three have none", async () => {
  const [a, b] = [await make({ seeds: 6 }, "a"), await make({ seeds: 9, epochs: 2 }, "b")];
  const said = await runJson("compare", a.path, b.path, "--metric", "test_acc,test_loss,ggap");
  const section = await comparisonSection(context(a, b));
  const [table] = Object.values(rows(section?.tables?.[0] as ShownTable) as Record<string, Record<string, unknown>[]>);
  expect(table.map((row) => [row["metric"], row["mean A"], row["Cliff's delta"], row["low"], row["high"]])).toEqual(
    said.tables["effects"].map((row) => [
      row["quantity"],
      row["mean_a"],
      row["cliff"],
      row["cliff_low"],
      row["cliff_high"],
    ]),
  );
  expect(table.map((row) => row["p (Holm)"])).toEqual(said.tables["tests"].map((row) => row["mann_whitney_holm"]));
  expect(await comparisonSection(context(a))).toBe(null);
  expect(await comparisonSection(context(a, b, b))).toBe(null);
});
