// Matrices by our kernels beside NumPy, SciPy and scikit-learn on the same inputs and cores, in turns, with results compared.
//
//   pnpm --filter @zoo/perf dense --python PYTHON [--models 2000] [--states 51000] [--rounds 3] [--workers 2] [--engine auto]
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { RandomStream } from "@zoo/engine";
import { type EngineName, findCompiler, findVectors, openExecutor } from "@zoo/engine/node";
import { architectures, deriveLayout } from "@zoo/format";
import { Contender } from "./contender.ts";
import { summarize } from "./statistics.ts";

interface Timed {
  case: string;
  peer: string;
  seconds: number;
  some: number[];
}

const { values } = parseArgs({
  options: {
    python: { type: "string", default: process.env.ZOO_PYTHON ?? "python3" },
    models: { type: "string", default: "2000" },
    states: { type: "string", default: "51000" },
    rounds: { type: "string", default: "3" },
    workers: { type: "string", default: "2" },
    engine: { type: "string", default: "auto" },
  },
});
const [models, states, rounds, workers] = [values.models, values.states, values.rounds, values.workers].map(Number);
const { D, tensors } = deriveLayout(architectures["cnn-s-1ch"]);
const segments = tensors.map(({ offset, size }) => ({ offset, size }));
const [labels, images] = [1000, 10_000];

const random = new RandomStream(1, "ORDER");
const noise = Float32Array.from({ length: 2 ** 20 + 7 }, () => (random.integer(2 ** 20) / 2 ** 19 - 1) ** 3);
const fill = (length: number): Float32Array => {
  const filled = new Float32Array(new SharedArrayBuffer(4 * length));
  for (let at = 0; at < length; at += noise.length) filled.set(noise.subarray(0, length - at), at);
  return filled;
};
const a = fill(models * D);
const b = new Float32Array(new SharedArrayBuffer(a.byteLength));
for (let m = 0; m < models; m++) b.set(a.subarray(m * D, (m + 1) * D), (models - 1 - m) * D);
const rows = fill(states * D);
const predictions = new Uint8Array(new SharedArrayBuffer(labels * images)).map(() => random.integer(10));

const folder = mkdtempSync(join(tmpdir(), "zoo-dense-"));
const executor = await openExecutor({ engine: values.engine as EngineName, workers });
try {
  writeFileSync(join(folder, "weights.f32"), a);
  writeFileSync(join(folder, "states.f32"), rows);
  writeFileSync(join(folder, "predictions.u8"), predictions);
  await measure();
} finally {
  await executor.close();
  rmSync(folder, { recursive: true });
}

/** Cosines from products: those of the diagonal are squared norms. */
async function cosines(): Promise<Float64Array> {
  const products = await executor.dense.product(a, a, D);
  const inverse = Float64Array.from({ length: models }, (_, i) => 1 / Math.sqrt(products[i * models + i]));
  for (let i = 0; i < models; i++) for (let j = 0; j < models; j++) products[i * models + j] *= inverse[i] * inverse[j];
  return products;
}

async function measure(): Promise<void> {
  const { dense } = executor;
  const ours: Record<string, () => Promise<Float64Array | Int32Array>> = {
    l2: () => dense.squaredDistances(a, a, D),
    cosine: cosines,
    product: () => dense.product(a, b, D),
    columnProduct: () => dense.columnProduct(a, b, models),
    matches: () => dense.matches(predictions, predictions, images),
    statistics: () => dense.segmentStatistics(rows, D, segments),
  };
  const script = fileURLToPath(new URL("../peers/bench_dense.py", import.meta.url));
  const sizes = [models, D, states, images, labels].map(String);
  const layers = JSON.stringify(segments.map(({ offset, size }) => [offset, size]));
  const peers = await Contender.start<Timed>("peers", [values.python, script, folder, ...sizes, layers]);
  const seen = new Map<string, { seconds: number[]; difference: number }>();
  const note = ({ case: name, peer, seconds }: Timed, difference: number): void => {
    const row = seen.get(`${name} | ${peer}`) ?? { seconds: [], difference: 0 };
    seen.set(`${name} | ${peer}`, {
      seconds: [...row.seconds, seconds],
      difference: Math.max(row.difference, difference),
    });
  };
  for (let round = 0; round < rounds; round++) {
    const some = new Map<string, number[]>();
    for (const [name, run] of Object.entries(ours)) {
      const start = performance.now();
      const result = await run();
      const seconds = (performance.now() - start) / 1000;
      const step = Math.max(1, Math.floor(result.length / 50));
      some.set(
        name,
        Array.from({ length: 50 }, (_, i) => result[i * step]),
      );
      note({ case: name, peer: executor.engine.id, seconds, some: [] }, 0);
    }
    for (const row of (await peers?.measure(1)) ?? []) {
      const mine = some.get(row.case) ?? [];
      const scale = Math.max(...mine.map(Math.abs));
      note(row, Math.max(...mine.map((x, i) => Math.abs(x - row.some[i]) / scale)));
    }
  }
  peers?.stop();
  console.log(
    `${models} models, ${states} states of ${D} weights, ${workers} workers, peak ${await peak()} GFLOP/s a core`,
  );
  console.log(
    "| case | by | best s | median s | GFLOP/s | largest difference |\n| --- | --- | --- | --- | --- | --- |",
  );
  const operations: Record<string, number> = { product: 2 * models ** 2 * D, columnProduct: 2 * D ** 2 * models };
  for (const [name, { seconds, difference }] of [...seen].toSorted(([x], [y]) => (x < y ? -1 : 1))) {
    const { min, median } = summarize(seconds);
    const rate = operations[name.split(" ")[0]];
    const gflops = rate === undefined ? "" : (rate / min / 1e9).toFixed(0);
    console.log(`| ${name} | ${min.toFixed(3)} | ${median.toFixed(3)} | ${gflops} | ${difference.toExponential(1)} |`);
  }
}

/** Of fused multiply-adds, as perf.ts measures it. */
async function peak(): Promise<number> {
  const compiler = await findCompiler();
  const vectors = compiler && (await findVectors(compiler));
  if (!compiler || !vectors) return Number.NaN;
  const binary = join(folder, "peak");
  const source = fileURLToPath(new URL("peak.cc", import.meta.url));
  const native = fileURLToPath(new URL("../../packages/engine/native", import.meta.url));
  const flags = ["-O3", "-std=c++17", "-march=native", "-ffp-contract=off", "-w", `-DZOO_LANES=${vectors.lanes}`];
  execFileSync(compiler.command, [...flags, "-I", native, source, "-o", binary]);
  return Math.max(...execFileSync(binary, ["3"], { encoding: "utf8" }).trim().split("\n").map(Number));
}
