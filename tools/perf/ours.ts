// One engine of ours, measured whenever a line with a number of seconds arrives on stdin: the protocol of
// tools/peers/bench_peers.py --serve. Arguments: native|wasm ARCHITECTURE.
import { createInterface } from "node:readline";
import { laneEngine } from "@zoo/engine";
import { loadNativeKernels, loadWasmKernels } from "@zoo/engine/node";
import { type ArchitectureName, architectures, type Hyperparameters } from "@zoo/format";
import { compareAll, goldenNames, loadGoldens } from "../../packages/engine/test/goldens.ts";
import { FixedOrderRun } from "../../packages/engine/test/support/fixed-order.ts";

const [engineName, name] = process.argv.slice(2) as ["native" | "wasm", ArchitectureName];
const architecture = architectures[name];
const { kernels } = await (engineName === "native" ? loadNativeKernels() : loadWasmKernels());

const member = (seed: number): Hyperparameters => ({
  activation: "tanh",
  init: "kaiming_uniform",
  dropout: 0,
  optimizer: "adam",
  lr: 3e-4,
  weight_decay: 0,
  momentum: 0,
  batch_size: 10,
  seed,
});

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
const images = new Uint8Array(new SharedArrayBuffer(N * size)).map((_, i) => Math.imul(i + 1, 2654435761) >>> 24);
const range = (count: number) => Int32Array.from({ length: count }, (_, i) => i);
const trainCount = Math.max(100, Math.round(5e9 / (kernels.lanes * size * 784)) * 10);
const cohort = laneEngine(kernels).createCohort({
  architecture,
  members: Array.from({ length: kernels.lanes }, (_, m) => member(m + 1)),
  data: {
    shape: architecture.input,
    images,
    labels: new Uint8Array(N).map((_, i) => i % 10),
    scale: new Float32Array(architecture.input[0]).fill(1 / 80),
    shift: new Float32Array(architecture.input[0]).fill(-0.42),
    splits: {
      train: range(Math.min(N, trainCount)),
      val: range(10),
      test: range(Math.min(N, 2 * trainCount)),
    },
  },
});

/** Model-samples per second and per CPU second of calls that last `seconds` together. */
function rate(seconds: number, call: () => number): { perS: number; perCpuS: number } {
  const cpu = process.cpuUsage();
  const start = performance.now();
  let samples = 0;
  do samples += call();
  while (performance.now() - start < 1000 * seconds);
  const wall = (performance.now() - start) / 1000;
  const used = process.cpuUsage(cpu);
  return { perS: samples / wall, perCpuS: samples / ((used.user + used.system) / 1e6) };
}

const train = () => {
  cohort.trainEpoch();
  return cohort.M * Math.min(N, trainCount);
};
const evaluate = () => {
  cohort.evaluate("test");
  return cohort.M * Math.min(N, 2 * trainCount);
};
rate(1, train);
rate(0.3, evaluate);
console.log(JSON.stringify({ ready: [{ peer: "ours", variant: kernels.id, arch: name, models: kernels.lanes }] }));

for await (const line of createInterface({ input: process.stdin })) {
  const seconds = Number(line);
  const trained = rate(seconds, train);
  const evaluated = rate(seconds / 4, evaluate);
  console.log(
    JSON.stringify({
      peer: "ours",
      variant: kernels.id,
      arch: name,
      models: kernels.lanes,
      samples_per_s: [Math.round(trained.perS)],
      samples_per_cpu_s: [Math.round(trained.perCpuS)],
      evaluated_per_s: [Math.round(evaluated.perS)],
      errors: { gradients: error },
    }),
  );
  console.log("");
}
