// npm run zoo-results -- ZOO OUT: the distribution of test accuracy over the models of a zoo, per epoch.
// Writes accuracy.json (all epochs), accuracy.md (some epochs), accuracy.svg, and SHA256SUMS of the shards, which do not
// depend on the machine: in a zoo of the same recipe, sha256sum -c must agree.
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import * as Plot from "@observablehq/plot";
import { openZoo } from "@zoo/format/node";
import { parseHTML } from "linkedom";

// npm changes into this package's folder; paths are meant from where the command was typed.
const [zooPath, out] = process.argv
  .slice(2)
  .filter((arg) => arg !== "--")
  .map((path) => resolve(process.env.INIT_CWD ?? ".", path));
if (zooPath === undefined || out === undefined) {
  process.stderr.write("usage: npm run zoo-results -- ZOO OUT\n");
  process.exit(2);
}

const zoo = await openZoo(zooPath);
const metrics = await zoo.metrics();
const rows = Array.from({ length: metrics.states }, (_, epoch) => ({
  epoch,
  ...describe(metrics.models.map((model) => metrics.value(model, epoch, "test_acc"))),
}));

/** Mean, standard deviation (n - 1) and quantiles (linear between order statistics, as NumPy's default). */
function describe(values: number[]) {
  const sorted = Float64Array.from(values).sort();
  const n = sorted.length;
  const mean = sorted.reduce((a, b) => a + b, 0) / n;
  const std = Math.sqrt(sorted.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (n - 1));
  const quantile = (q: number) => {
    const at = q * (n - 1);
    const low = Math.floor(at);
    return sorted[low] + (at - low) * (sorted[Math.min(low + 1, n - 1)] - sorted[low]);
  };
  const [min, q05, q25, median, q75, q95, max] = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1].map(quantile);
  return { n, mean, std, min, q05, q25, median, q75, q95, max };
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
const files = zoo.manifest.shards.flatMap(({ weights, metrics }) => [weights, metrics]);
writeFileSync(join(out, "SHA256SUMS"), files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join(""));
process.stdout.write(`${table.join("\n")}\n`);
await zoo.close();
