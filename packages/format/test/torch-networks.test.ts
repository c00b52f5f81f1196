import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, type TestContext, test } from "vitest";
import { type Activation, type Architecture, activations, architectures, deriveLayout } from "../src/index.ts";
import { forward } from "./support/forward.ts";
import { oddNetworks, randomState, slimResnet } from "./support/networks.ts";
import { permute, rotation } from "./support/permute.ts";
import { runPython } from "./support/python.ts";
import { temporaryFolder } from "./support/tiny-zoo.ts";

interface Case {
  architecture: Architecture;
  activation: Activation;
  image: Float64Array;
  states: { weights: Float32Array; buffers: Float32Array }[];
}

interface Answer {
  parameters: { name: string; shape: number[] }[];
  buffers: { name: string; shape: number[] }[];
  /** Per state, in float64 and in float32. */
  logits: number[][];
  logits32: number[][];
}

/** What PyTorch modules, built from the layer lists, say. */
async function askTorch(context: TestContext, cases: readonly Case[]): Promise<Answer[]> {
  const folder = await temporaryFolder();
  const described = cases.map(({ architecture, activation, states }) => {
    const { tensors, buffers } = deriveLayout(architecture);
    return { architecture, activation, tensors, buffers, states: states.length };
  });
  await writeFile(join(folder, "cases.json"), JSON.stringify(described));
  for (const [c, { image, states }] of cases.entries()) {
    await writeFile(join(folder, `${c}-image.f64`), image);
    for (const [s, { weights, buffers }] of states.entries()) {
      await writeFile(join(folder, `${c}-${s}-weights.f32`), weights);
      await writeFile(join(folder, `${c}-${s}-buffers.f32`), buffers);
    }
  }
  const script = fileURLToPath(new URL("support/torch_networks.py", import.meta.url));
  return JSON.parse(runPython(context, script, [folder])) as Answer[];
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i])));

test("a PyTorch module built from the layers has our names and shapes and gives our logits", async (context) => {
  const small = Object.values(architectures).filter(({ name }) => !name.startsWith("resnet"));
  const cases = [...activations.map(() => slimResnet), ...Object.values(oddNetworks), ...small].map(
    (architecture, i): Case => {
      const { image, ...state } = randomState(architecture, i);
      return { architecture, activation: activations[i % activations.length], image, states: [state] };
    },
  );
  const answers = await askTorch(context, cases);
  for (const [i, { architecture, activation, image, states }] of cases.entries()) {
    const { tensors, buffers } = deriveLayout(architecture);
    const own = (list: typeof buffers): Answer["buffers"] => list.map(({ name, shape }) => ({ name, shape }));
    expect(answers[i].parameters).toEqual(own(tensors));
    expect(answers[i].buffers).toEqual(own(buffers));
    const logits = forward(architecture, states[0].weights, image, { activation, buffers: states[0].buffers });
    // float64 sums in another order; worst seen 2.6e-15, of logits up to 5
    expect(distance(answers[i].logits[0], logits), `${architecture.name}, ${activation}`).toBeLessThan(1e-13);
  }
});

const patience = { timeout: 300_000 }; // 15 passes of ResNet-18 on one thread, twice
test(
  "ResNet-18 in PyTorch answers alike when its units are permuted by any group, or by all",
  patience,
  async (context) => {
    const architecture = architectures["resnet-18-10"];
    const { tensors, buffers, permutation } = deriveLayout(architecture);
    const { image, ...state } = randomState(architecture);
    const move = (from: typeof state, g: number): typeof state => {
      const { size, out, in: reads, buffers: statistics } = permutation[g];
      const order = rotation(size);
      return {
        weights: permute(from.weights, tensors, [...out, ...reads], order),
        buffers: permute(from.buffers, buffers, statistics, order),
      };
    };
    const groups = [...permutation.keys()];
    const states = [state, ...groups.map((g) => move(state, g)), groups.reduce(move, state)];
    const half = { ...state, weights: permute(state.weights, tensors, permutation[0].out, rotation(64)) };
    const [{ logits, logits32 }] = await askTorch(context, [
      { architecture, activation: "relu", image, states: [...states, half] },
    ]);
    for (const s of groups.keys()) {
      expect(distance(logits[s + 1], logits[0])).toBeLessThan(1e-13); // sums in another order; worst seen 1.6e-15
      expect(distance(logits32[s + 1], logits32[0])).toBeLessThan(1e-5); // worst seen 6.0e-7
    }
    expect(distance(logits[states.length - 1], logits[0])).toBeLessThan(1e-13);
    expect(distance(logits[states.length], logits[0])).toBeGreaterThan(0.01);
  },
);
