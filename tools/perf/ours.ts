// One engine of ours, measured whenever a line with a number of seconds arrives on stdin: the protocol of
// tools/peers/bench_peers.py --serve. Arguments: native|wasm|LANES ARCHITECTURE.
import { createInterface } from "node:readline";
import { laneEngine } from "@zoo/engine";
import { loadNativeKernels, loadWasmKernels } from "@zoo/engine/node";
import { type ArchitectureName, architectures } from "@zoo/format";
import { compareAll, goldenNames, loadGoldens } from "../../packages/engine/test/goldens.ts";
import { FixedOrderRun } from "../../packages/engine/test/support/fixed-order.ts";
import { benchmarkData, member } from "./benchmark-data.ts";
import { rate } from "./rate.ts";

const [engineName, name] = process.argv.slice(2) as [string, ArchitectureName];
const architecture = architectures[name];
const load = { native: () => loadNativeKernels(), wasm: () => loadWasmKernels() }[engineName];
const { kernels } = await (load ?? (() => loadNativeKernels(Number(engineName))))();

/** Relative L2 error of the worst gradient tensor against PyTorch's float64. */
function gradientError(): number {
  const golden = goldenNames.find((other) => other === name);
  if (golden === undefined) throw new Error(`there are no goldens of ${name}`);
  const goldens = loadGoldens(golden);
  const run = new FixedOrderRun(kernels, goldens.architecture, goldens.data, [member(0)]);
  run.setWeights(0, goldens.initialWeights(0));
  run.step(goldens.batches[0]);
  const errors = compareAll("gradient", run.gradients(0), goldens.step("tanh").gradients).map(({ error }) => error);
  run.dispose();
  return Math.max(...errors);
}

const error = gradientError();
if (!(error < 1e-5)) throw new Error(`gradients of ${kernels.id} are off by ${error}`);

const N = 10_000;
const size = architecture.input.reduce((a, b) => a * b, 1);
const trainCount = Math.max(100, Math.round(5e9 / (kernels.lanes * size * 784)) * 10);
const counts = { train: Math.min(N, trainCount), test: Math.min(N, 2 * trainCount) };
const cohort = await laneEngine(kernels).createCohort({
  architecture,
  members: Array.from({ length: kernels.lanes }, (_, m) => member(m + 1)),
  data: benchmarkData(architecture, N, counts),
});

const train = (seconds: number) => rate(seconds, cohort.M * counts.train, () => cohort.trainEpoch());
const evaluate = (seconds: number) => rate(seconds, cohort.M * counts.test, () => cohort.evaluate("test"));
await train(1);
await evaluate(0.3);
console.log(JSON.stringify({ ready: [{ peer: "ours", variant: kernels.id, arch: name, models: kernels.lanes }] }));

for await (const line of createInterface({ input: process.stdin })) {
  const seconds = Number(line);
  const trained = await train(seconds);
  const evaluated = await evaluate(seconds / 4);
  console.log(
    JSON.stringify({
      peer: "ours",
      variant: kernels.id,
      arch: name,
      models: kernels.lanes,
      samples_per_s: [trained.perS],
      samples_per_cpu_s: [trained.perCpuS],
      evaluated_per_s: [evaluated.perS],
      errors: { gradients: error },
    }),
  );
  console.log("");
}
