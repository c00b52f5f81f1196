import type { Comparison, ComparisonRow, Results } from "./results.ts";
import { median, type Summary } from "./statistics.ts";

const number = (x: number) => Math.round(x).toLocaleString("en-US");
const spread = ({ min, median, max }: Summary) => `${number(median)} (${number(min)}-${number(max)})`;

function fastest(rows: readonly ComparisonRow[]): ComparisonRow | undefined {
  return [...rows].sort((a, b) => b.perS.median - a.perS.median)[0];
}

function ratio(ours: ComparisonRow | undefined, peer: ComparisonRow | undefined): string {
  return ours && peer ? `${(ours.perS.median / peer.perS.median).toFixed(1)}x` : "n/a";
}

/** Vector width of a row's engine. */
function lanesOf({ variant }: ComparisonRow, widest: number): number {
  if (variant.startsWith("wasm")) return 4;
  return Number(/^native-(\d+)-lanes$/.exec(variant)?.[1] ?? widest);
}

/** Columns are questions, rows contenders. */
function questionTable({ arch, rows }: Results["populations"][number]): string {
  const questions = [...new Set(rows.flatMap(({ rates }) => Object.keys(rates)))];
  const cell = (summary: Summary | undefined) => (summary ? spread(summary) : "n/a");
  const lines = rows.map(
    ({ peer, variant, models, rates }) =>
      `| ${[peer, variant, models, ...questions.map((question) => cell(rates[question]))].join(" | ")} |`,
  );
  const [ours] = rows;
  const of = (question: string) => ours?.rates[question]?.median ?? Number.NaN;
  const step = of("training steps without optimiser");
  return `### ${arch}

| | variant | models at once | ${questions.join(" | ")} |
| --- | --- | ---${" | ---".repeat(questions.length)} |
${lines.join("\n")}

Logits run at ${(of("logits") / of("evaluation")).toFixed(2)} times the evaluation rate; a gradient costs ${(step / of("gradients")).toFixed(2)} training steps without optimiser, a Hessian-vector product ${(of("gradients") / of("Hessian-vector products")).toFixed(2)} gradients.
`;
}

function table({ arch, rows, peaks, flops }: Comparison): string {
  const torch = fastest(rows.filter(({ peer }) => peer === "torch"));
  const lines = rows.map((row) => {
    const lanes = lanesOf(row, Math.max(...peaks.map((peak) => peak.lanes)));
    const peak = peaks.find((other) => other.lanes === lanes)?.gflops.median ?? Number.NaN;
    const share = ((100 * row.perS.median * flops.train) / 1e9 / peak).toFixed(0);
    const evaluated = row.evaluatedPerS ? spread(row.evaluatedPerS) : "n/a";
    return `| ${row.peer} | ${row.variant} | ${row.models} | ${spread(row.perS)} | ${share} % of ${peak.toFixed(0)} | ${ratio(row, torch)} | ${evaluated} |`;
  });
  const ours = (engine: string) => rows.find((row) => row.peer === "ours" && row.variant.startsWith(engine));
  const among = (wanted: (row: ComparisonRow) => boolean) => fastest(rows.filter(wanted));
  const opponents = {
    "PyTorch, the fastest variant": torch,
    "PyTorch, the fastest with its default kernels": among(
      (row) => row.peer === "torch" && ["plain", "foreach", "fused"].includes(row.variant),
    ),
    "vmap, the better of torch.func and JAX": among(
      (row) => row.peer === "jax" || (row.peer === "vmap" && row.variant !== "compile"),
    ),
    "vmap with convolutions as unfold and a batched matrix product": among(
      (row) => row.peer === "vmap" && row.variant === "unfold",
    ),
    "torch.compile of torch.func's vmap": among((row) => row.peer === "vmap" && row.variant === "compile"),
  };
  const ratios = Object.entries(opponents).map(([name, row]) => {
    const about = row ? `${row.variant}, ${row.models} at once` : "does not run here";
    return `| ${name} (${about}) | ${ratio(ours("native"), row)} | ${ratio(ours("wasm"), row)} |`;
  });
  return `## ${arch}

| times as fast as | native | wasm |
| --- | --- | --- |
${ratios.join("\n")}

A training sample is ${(flops.train / 1e6).toFixed(3)} MFLOP, an evaluated one ${(flops.evaluate / 1e6).toFixed(3)}.

| | variant | models at once | training, model-samples/s | share of the FMA peak, GFLOP/s | vs PyTorch | evaluation, model-samples/s |
| --- | --- | --- | --- | --- | --- | --- |
${lines.join("\n")}
`;
}

/** The README of the result folder. */
export function renderReport(results: Results): string {
  const { machine, software, recipe, rounds, seconds, comparisons, populations, endToEnd } = results;
  const whole =
    endToEnd === null
      ? "Not measured: the USPS data was not found."
      : `\`zoo-gen run usps-seed --models ${endToEnd.models} --epochs ${endToEnd.epochs} --workers 1\` (start-up, evaluation, writing and fsync included) took
${endToEnd.pairs.map(({ zooGenS }) => `${zooGenS.toFixed(2)} s`).join(", ")}; its training and evaluation calls alone, ${endToEnd.pairs.map(({ kernelsS }) => `${kernelsS.toFixed(2)} s`).join(", ")}:
median overhead **${(100 * (median(endToEnd.pairs.map(({ zooGenS, kernelsS }) => zooGenS / kernelsS)) - 1)).toFixed(0)} %**.`;
  return `# Training speed on one core

Command: \`npm run perf -- --rounds ${rounds} --seconds ${seconds}\` (writes this page and \`results.json\`). ${results.date}, commit ${results.commit}.
Machine: ${machine.cpu}, ${machine.vectors}, one of ${machine.cores} cores; ${machine.compiler}.
Software: ${Object.entries(software)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ")}.
Recipe: ${Object.entries(recipe)
    .map(([key, value]) => `${key} ${value}`)
    .join(", ")}, float32.

Every contender runs alone on the same core, in turns of about ${seconds} s shared by its variants, ${rounds} rounds. Each checks its gradients against
PyTorch's float64 before it is timed. Figures are medians (lowest-highest). Ours include data order and metrics; the peers keep no metrics.
PyTorch trains one model per process, the paper's way. The peak is measured in the same rounds, by independent fused multiply-adds at the
vector width that the row's engine uses (4 lanes for wasm, 8 for AVX2, the widest for all others).

${comparisons.map(table).join("\n")}
## Questions about given weights

Model-samples per second, float32 and tanh, images shared by all models; medians (lowest-highest) of the same kind of turns. torch.func answers by vmap of the network, of \`grad\`,
and of \`jvp\` of \`grad\`; it is checked against float64 first.

${populations.map(questionTable).join("\n")}
## End to end

${whole}

## What this does not show

Other machines; more than one core (one model or cohort per core runs independently, but cores share memory and clock); GPUs.
The share of the peak counts convolutions and linear layers only, at the textbook algorithm's operations.
`;
}
