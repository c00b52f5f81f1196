/**
 * Milliseconds per training step (forward, backward, Adam) of a hyper-representation of CNN-s: 2 + 2 blocks, 4 heads, latent 64, batch 64 of one view.
 *
 *   tsx --conditions @zoo/source packages/bench/perf/hyperrep.ts [width] [steps] [backend] [--kernels]
 *
 * Beside it: python packages/bench/perf/hyperrep.py [width] [steps]. --kernels: also the time by kernel.
 */
import { RandomStream } from "@zoo/engine";
import { architectures, deriveLayout } from "@zoo/format";
import { type HyperrepConfig, namedConfig } from "../src/hyperrep/hyperrep-config.ts";
import { loadTf, type TfBackend } from "../src/hyperrep/load-tf.ts";
import { freshStatistics, updateRunning } from "../src/hyperrep/losses.ts";
import { adamStep, freshOptimiser } from "../src/hyperrep/optimisers.ts";
import { parameterList, startOf } from "../src/hyperrep/parameter-list.ts";
import { tokenPlan } from "../src/hyperrep/token-plan.ts";
import { trainingLoss } from "../src/hyperrep/training-loss.ts";

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const [width = 128, steps = 5] = words.slice(0, 2).map(Number);
const backend = (words[2] ?? "wasm") as TfBackend;
const BATCH = 64;

const small = namedConfig("small");
const config: HyperrepConfig = {
  ...small,
  width,
  heads: 4,
  hidden: 2 * width,
  latent: 64,
  dropout: 0,
  loss: { ...small.loss, gamma: 0 },
  optimizer: { name: "adam", lr: 1e-4, weight_decay: 1e-9 },
};
const plan = tokenPlan(deriveLayout(architectures["cnn-s-1ch"]));
const tf = await loadTf(backend);
const parameters = new Map(parameterList(config, plan).map((p, i) => [p.name, tf.tensor(startOf(p, 1, i), p.shape)]));
const optimiser = freshOptimiser(tf, parameters);
const running = freshStatistics(config);
const random = new RandomStream(1, "SAMPLE", 100);
const inputs = Float32Array.from({ length: BATCH * plan.D }, () => random.normal());

function step(): number {
  const { parts, gradients, seen } = trainingLoss({
    tf,
    config,
    plan,
    parameters,
    batch: { inputs, targets: inputs },
    running,
  });
  adamStep(tf, parameters, gradients, optimiser, config.optimizer, { lr: 1e-4, beta1: 0.9 });
  updateRunning(running, seen, BATCH);
  return parts.loss;
}

step();
const times: number[] = [];
for (let i = 0; i < steps; i++) {
  const since = performance.now();
  step();
  times.push(performance.now() - since);
}
const sorted = times.sort((a, b) => a - b);
console.log(
  JSON.stringify({
    program: `tfjs ${backend}`,
    width,
    batch: BATCH,
    ms: sorted[Math.floor(steps / 2)],
    best: sorted[0],
  }),
);

if (process.argv.includes("--kernels")) {
  const byKernel = new Map<string, { ms: number; calls: number }>();
  const engine = tf.engine() as unknown as { runKernelFunc(params: { kernelName?: string }): unknown };
  const run = engine.runKernelFunc.bind(engine);
  let inside = 0;
  engine.runKernelFunc = (params) => {
    const since = performance.now();
    inside++;
    const out = run(params);
    inside--;
    const shapes = Object.values((params as { inputs?: Record<string, { shape: number[] }> }).inputs ?? {}).map(
      (t) => `[${t?.shape.join(", ")}]`,
    );
    const name =
      params.kernelName === undefined
        ? "custom"
        : process.argv.includes("--shapes")
          ? `${params.kernelName} ${shapes.join(" ")}`
          : params.kernelName;
    const entry = byKernel.get(name) ?? { ms: 0, calls: 0 };
    if (params.kernelName !== undefined || inside === 0) {
      entry.ms += performance.now() - since;
      entry.calls++;
      byKernel.set(name, entry);
    }
    return out;
  };
  step();
  const rows = [...byKernel].sort(([, a], [, b]) => b.ms - a.ms);
  console.table(
    Object.fromEntries(rows.map(([name, { ms, calls }]) => [name, { ms: Math.round(ms * 10) / 10, calls }])),
  );
}
