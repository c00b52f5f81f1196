// npm run zoo-results -- ZOO OUT: the distribution of test accuracy over the models of a zoo, per epoch.
// Writes accuracy.json (all epochs), accuracy.md (some epochs), accuracy.svg, and WEIGHTS-SHA256. The last does not depend
// on the machine: what OUT has of it must agree, or nothing is written and the exit code is 1.
// npm run zoo-results -- ZOO: prints WEIGHTS-SHA256 of the zoo, and writes nothing.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as Plot from "@observablehq/plot";
import { openZoo } from "@zoo/format/node";
import { deviation, mean, quantileSorted } from "d3-array";
import { parseHTML } from "linkedom";
import { compare, digestsOf, formatDigests, parseDigests, WEIGHTS_FILE } from "./weights.ts";

// npm changes into this package's folder; paths are meant from where the command was typed.
const [zooPath, out] = process.argv
  .slice(2)
  .filter((arg) => arg !== "--")
  .map((path) => resolve(process.env.INIT_CWD ?? ".", path));
if (zooPath === undefined) {
  process.stderr.write("usage: npm run zoo-results -- ZOO [OUT]\n");
  process.exit(2);
}

const digests = await digestsOf(zooPath);
if (out === undefined) {
  process.stdout.write(formatDigests(digests));
  process.exit(0);
}
const digestsPath = join(out, WEIGHTS_FILE);
const known = existsSync(digestsPath) ? parseDigests(readFileSync(digestsPath, "utf8")) : new Map<string, string>();
const { same, other } = compare(known, digests);
if (other.length > 0) {
  process.stderr.write(`zoo-results: the weights of models ${other.join("; ")} are not those of ${digestsPath}\n`);
  process.exit(1);
}

const zoo = await openZoo(zooPath);
const metrics = await zoo.metrics();
const rows = metrics.measured.map((epoch) => ({
  epoch,
  ...describe(metrics.models.map((model) => metrics.value(model, epoch, "test_acc"))),
}));

/** Mean, standard deviation (n - 1) and quantiles (linear between order statistics, as NumPy's default). */
function describe(values: number[]) {
  const sorted = values.toSorted((a, b) => a - b);
  const quantile = (q: number): number => quantileSorted(sorted, q) ?? Number.NaN;
  const [min, q05, q25, median, q75, q95, max] = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1].map(quantile);
  const about = { mean: mean(sorted) ?? Number.NaN, std: deviation(sorted) ?? Number.NaN };
  return { n: sorted.length, ...about, min, q05, q25, median, q75, q95, max };
}

const last = rows[rows.length - 1].epoch;
const shown = new Set([0, 1, 2, 5, 10, 25, last]);
const percent = (x: number) => (100 * x).toFixed(1);
const table = [
  "| epoch | n | mean ± std, % | min | 5 % | 25 % | median | 75 % | 95 % | max |",
  "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
  ...rows
    .filter(({ epoch }) => shown.has(epoch))
    .map((r) => {
      const quantiles = [r.min, r.q05, r.q25, r.median, r.q75, r.q95, r.max].map(percent).join(" | ");
      return `| ${r.epoch} | ${r.n} | ${percent(r.mean)} ± ${percent(r.std)} | ${quantiles} |`;
    }),
];

const { document } = parseHTML("<html><body></body></html>");
const figure = Plot.plot({
  document,
  width: 720,
  height: 400,
  style: { background: "white", fontFamily: "sans-serif", fontSize: "13px" },
  x: { label: "epoch" },
  y: { label: "test accuracy, %", domain: [0, 100], grid: true },
  marks: [
    Plot.areaY(rows, { x: "epoch", y1: (r) => 100 * r.min, y2: (r) => 100 * r.max, fill: "#dce6f2" }),
    Plot.areaY(rows, { x: "epoch", y1: (r) => 100 * r.q05, y2: (r) => 100 * r.q95, fill: "#b0c8e2" }),
    Plot.areaY(rows, { x: "epoch", y1: (r) => 100 * r.q25, y2: (r) => 100 * r.q75, fill: "#7ba3cf" }),
    Plot.lineY(rows, { x: "epoch", y: (r) => 100 * r.median, stroke: "#1f4e8c", strokeWidth: 2 }),
    Plot.text([`${zoo.manifest.title}, ${rows[0].n} models: median, middle 50 % and 90 %, all`], {
      frameAnchor: "top-left",
      dx: 6,
      dy: 4,
    }),
  ],
});
figure.setAttribute("xmlns", "http://www.w3.org/2000/svg");

mkdirSync(out, { recursive: true });
writeFileSync(join(out, "accuracy.json"), `${JSON.stringify({ zoo: zoo.manifest.name, rows }, null, 1)}\n`);
writeFileSync(join(out, "accuracy.md"), `${table.join("\n")}\n`);
writeFileSync(join(out, "accuracy.svg"), `${figure.outerHTML}\n`);
writeFileSync(digestsPath, formatDigests(new Map([...known, ...digests])));
process.stdout.write(`${table.join("\n")}\n`);
process.stderr.write(
  `zoo-results: weights data, headers apart: ${same.length} of ${digests.size} shards were known and are the same\n`,
);
await zoo.close();
