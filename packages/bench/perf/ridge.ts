// Ridge regressions of three targets on the weights of a zoo: ours, and with --python NumPy's eigendecomposition on the same rows and cores.
// From packages/analysis: npx tsx --conditions=@zoo/source ../bench/perf/ridge.ts ZOO [--python PYTHON] [--workers 2]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { open, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { select, stateRows } from "@zoo/analysis";
import { openExecutor } from "@zoo/engine/node";
import { openZoo } from "@zoo/format/node";
import type { FeatureMatrix } from "../src/features/feature.ts";
import { ridge } from "../src/learners/ridge/ridge.ts";
import { rSquared } from "../src/metrics/r-squared.ts";
import { splitNames, splitRows } from "../src/problem/state-rows.ts";
import type { NumberTarget } from "../src/targets/target.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { python: { type: "string" }, workers: { type: "string", default: "2" } },
});
const zoo = await openZoo(positionals[0]);
const selection = await select(zoo, {});
const { models, epochs } = selection;
const source = stateRows(selection, { keptBytes: 0 });
const [N, P] = [source.rows, source.columns];
const features: FeatureMatrix = {
  name: "w",
  N,
  P,
  columns: Array.from({ length: P }, (_, c) => `w${c}`),
  parameters: {},
  definitions: [],
  blocks: () => source.blocks(),
};
const splits = splitRows(selection);
const metrics = await zoo.metrics();
const column = (value: (model: number, epoch: number) => number): Float64Array =>
  Float64Array.from(epochs.flatMap((epoch) => models.map(({ id }) => value(id, epoch))));
const columns = {
  test_acc: column((model, epoch) => metrics.value(model, epoch, "test_acc")),
  ggap: column((model, epoch) => metrics.value(model, epoch, "ggap")),
  epoch: column((_, epoch) => epoch),
};
const targets = Object.entries(columns).map(
  ([name, numbers]): NumberTarget => ({ name, kind: "regression", values: numbers }),
);
const executor = await openExecutor({ engine: "auto", workers: Number(values.workers) });
try {
  await executor.dense.product64(new Float64Array(1), new Float64Array(1), 1);
  const start = performance.now();
  const found = await ridge().fit(features, targets, splits, { executor, seed: 1 });
  const seconds = (performance.now() - start) / 1000;
  const scores = found.map(({ values: predicted, chosen }, t) => ({
    target: targets[t].name,
    lambda: chosen.lambda,
    ...Object.fromEntries(
      splitNames.map((name) => {
        const rows = splits[name];
        const of = (from: Float64Array): Float64Array => Float64Array.from(rows, (row) => from[row]);
        return [name, rSquared(of(targets[t].values), of(predicted))];
      }),
    ),
  }));
  const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(JSON.stringify({ by: "ours", engine: executor.engine.id, N, P, seconds, peakMiB, scores }));
} finally {
  await executor.close();
}
if (values.python !== undefined) await compare(values.python);

async function compare(python: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "zoo-ridge-"));
  try {
    const file = await open(join(folder, "x.f32"), "w");
    for await (const { data } of source.blocks()) await file.write(data);
    await file.close();
    for (const { name, values: numbers } of targets) await writeFile(join(folder, `${name}.f64`), numbers);
    for (const name of splitNames) await writeFile(join(folder, `${name}.i32`), splits[name]);
    const script = fileURLToPath(new URL("ridge.py", import.meta.url));
    console.log(execFileSync(python, [script, folder, String(P)], { encoding: "utf8" }).trim());
  } finally {
    rmSync(folder, { recursive: true });
  }
}
