import { RandomStream, referenceEngine } from "@zoo/engine";
import { type Activation, type Architecture, architectures, deriveLayout, type LayerSpec } from "@zoo/format";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  applySymmetry,
  applyToBuffers,
  compose,
  identitySymmetry,
  invert,
  permutationOf,
  randomSymmetry,
  type Symmetry,
} from "../../src/weight-space/symmetry.ts";
import { symmetriesOf, type WeightSymmetries } from "../../src/weight-space/symmetry-groups.ts";
import { fixture } from "./fixture.ts";
import { randomNetwork, randomWeights, sameBits, smallResidual, tiedResidual } from "./networks.ts";

const seeds = fc.integer({ min: 1, max: 2 ** 31 });
const nets: Record<string, { architecture: Architecture; activation: Activation }> = {
  "CNN-s with tanh": { architecture: architectures["cnn-s-1ch"], activation: "tanh" },
  "CNN-l with relu": { architecture: architectures["cnn-l"], activation: "relu" },
  "a small ResNet with tanh": { architecture: smallResidual, activation: "tanh" },
  "a layer tied to itself": { architecture: tiedResidual, activation: "tanh" },
};
const cases = Object.entries(nets).map(([name, { architecture, activation }]) => {
  return { name, architecture, symmetries: symmetriesOf(architecture, { activations: [activation] }) };
});

function random(symmetries: WeightSymmetries, seed: number): Symmetry {
  return randomSymmetry(symmetries, new RandomStream(seed, "ALIGNMENT"));
}

describe.each(cases)("symmetries of $name", ({ architecture, symmetries }) => {
  const weights = randomNetwork(architecture, 5);

  it("are undone by their inverse, bit for bit", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const symmetry = random(symmetries, seed);
        const moved = applySymmetry(weights, symmetry, symmetries);
        expect(sameBits(applySymmetry(moved, invert(symmetry), symmetries), weights)).toBe(true);
        expect(compose(invert(symmetry), symmetry)).toEqual(identitySymmetry(symmetries));
        expect(compose(symmetry, invert(symmetry))).toEqual(identitySymmetry(symmetries));
      }),
      { numRuns: 20 },
    );
  });

  it("compose as they are applied, one after the other", () => {
    fc.assert(
      fc.property(seeds, seeds, (one, other) => {
        const [first, second] = [random(symmetries, one), random(symmetries, other)];
        const twice = applySymmetry(applySymmetry(weights, first, symmetries), second, symmetries);
        expect(sameBits(applySymmetry(weights, compose(second, first), symmetries), twice)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it("are maps of single weights", () => {
    const symmetry = random(symmetries, 8);
    const { from, sign } = permutationOf(symmetry, symmetries);
    expect(new Set(from).size).toBe(symmetries.D);
    const moved = Float32Array.from(from, (d, at) => sign[at] * weights[d]);
    expect(sameBits(applySymmetry(weights, symmetry, symmetries), moved)).toBe(true);
    expect(sameBits(moved, weights)).toBe(false);
  });
});

describe("symmetriesOf", () => {
  const flipped = (architecture: Architecture, ...activations: Activation[]): string[] =>
    symmetriesOf(architecture, { activations }).groups.flatMap(({ name, flips }) => (flips ? [name] : []));

  it("flips signs where no max-pool stands before an odd activation", () => {
    expect(flipped(architectures["cnn-s-1ch"], "tanh")).toEqual(["layers.8", "layers.11"]);
    expect(flipped(architectures["cnn-s-3ch"], "none")).toEqual(["layers.8", "layers.11"]);
    expect(flipped(architectures["cnn-l"], "tanh")).toEqual(["layers.13"]);
    expect(flipped(architectures["strided-cnn-1ch"], "tanh")).toEqual(["layers.0", "layers.2", "layers.4"]);
    expect(flipped(architectures.mlp, "tanh")).toEqual(["layers.1", "layers.4"]);
  });

  it("flips none where an activation is not odd, in any of the models", () => {
    for (const activation of ["relu", "leaky_relu", "sigmoid", "silu", "gelu", "elu"] as const) {
      expect(flipped(architectures.mlp, activation)).toEqual([]);
      expect(flipped(architectures.mlp, "tanh", activation)).toEqual([]);
    }
  });

  it("flips none when it is told so", () => {
    const { groups } = symmetriesOf(architectures.mlp, { activations: ["tanh"], signs: false });
    expect(groups.map(({ flips }) => flips)).toEqual([false, false]);
  });

  it("looks at fixed activations and along residual streams", () => {
    const [first, ...rest] = architectures.mlp.layers;
    const mixed = {
      ...architectures.mlp,
      layers: [first, rest[0], { type: "activation" as const, kind: "relu" as const }, ...rest.slice(1)],
    };
    expect(flipped(mixed, "tanh")).toEqual(["layers.5"]);
    expect(flipped(smallResidual, "tanh")).toHaveLength(4);
    expect(flipped(smallResidual, "relu")).toEqual([]);
    const pooled: Architecture = {
      ...tiedResidual,
      layers: [...tiedResidual.layers.slice(0, 3), { type: "maxpool2d", kernel: 2 }, ...tiedResidual.layers.slice(3)],
    };
    expect(flipped(tiedResidual, "tanh")).toHaveLength(1);
    expect(flipped(pooled, "tanh")).toEqual([]);
    const beside = (shortcut: LayerSpec): Architecture => ({
      ...tiedResidual,
      layers: [
        ...tiedResidual.layers.slice(0, 2),
        { type: "residual", body: [{ type: "conv2d", out: 5, kernel: 2, stride: 2 }], shortcut: [shortcut] },
        ...tiedResidual.layers.slice(3),
      ],
    });
    expect(flipped(beside({ type: "avgpool2d", kernel: 2 }), "tanh")).toHaveLength(1);
    expect(flipped(beside({ type: "maxpool2d", kernel: 2 }), "tanh")).toEqual([]);
  });

  it("starts every group of every architecture from something that is matched already", () => {
    for (const architecture of [...Object.values(architectures), smallResidual, tiedResidual]) {
      const { groups } = symmetriesOf(architecture, { activations: ["tanh"] });
      for (const { incoming } of groups) expect(incoming.some(({ inner }) => inner > 0)).toBe(true);
    }
  });
});

describe("a moved network", () => {
  const batch = { images: Float32Array.from(randomWeights(12 * 784, 3)), N: 12 };

  it.each([
    { architecture: architectures["cnn-s-1ch"], activation: "tanh" as const },
    { architecture: architectures["strided-cnn-1ch"], activation: "tanh" as const },
    { architecture: architectures.mlp, activation: "relu" as const },
    { architecture: architectures.mlp, activation: "none" as const },
  ])(
    "has the logits of $architecture.name with $activation, up to the order of sums",
    async ({ architecture, activation }) => {
      const symmetries = symmetriesOf(architecture, { activations: [activation] });
      const weights = randomNetwork(architecture, 9).map((w) => w / 4);
      const moved = applySymmetry(weights, random(symmetries, 4), symmetries);
      const logits = async (w: Float32Array): Promise<Float32Array> => {
        const population = await referenceEngine.createPopulation({ architecture, activation, weights: w });
        return await population.logits(batch);
      };
      const [before, after] = [await logits(weights), await logits(moved)];
      const size = Math.sqrt(before.reduce((sum, x) => sum + x * x, 0) / before.length);
      expect(size).toBeGreaterThan(0.1);
      // float32 sums in another order: worst seen 1.8e-6 of the root mean square.
      expect(Math.max(...before.map((x, i) => Math.abs(x - after[i]))) / size).toBeLessThan(1e-5);
    },
  );

  it("would have other logits if a flip were allowed where a max-pool stands", async () => {
    const architecture = architectures["cnn-s-1ch"];
    const { groups, ...rest } = symmetriesOf(architecture, { activations: ["tanh"] });
    const wrong = { ...rest, groups: groups.map((group, g) => ({ ...group, flips: g === 0 })) };
    const weights = randomNetwork(architecture, 9);
    const flip = {
      ...identitySymmetry(wrong),
      signs: identitySymmetry(wrong).signs.map((s, g) => (g === 0 ? s.map(() => -1) : s)),
    };
    const both = new Float32Array(2 * weights.length);
    both.set(weights);
    both.set(applySymmetry(weights, flip, wrong), weights.length);
    const population = await referenceEngine.createPopulation({ architecture, activation: "tanh", weights: both });
    const logits = await population.logits(batch);
    expect(Math.max(...logits.subarray(0, 120).map((x, i) => Math.abs(x - logits[120 + i])))).toBeGreaterThan(0.1);
  });

  it("takes its running statistics along: the small ResNet that PyTorch found to keep its logits", () => {
    const { permutations, signs, original, moved } = fixture.residual;
    const symmetries = symmetriesOf(smallResidual, { activations: ["tanh"] });
    const symmetry = {
      permutations: permutations.map((p) => Int32Array.from(p)),
      signs: signs.map((s) => Int8Array.from(s)),
    };
    expect(applySymmetry(Float32Array.from(original.weights), symmetry, symmetries)).toEqual(
      Float32Array.from(moved.weights),
    );
    expect(applyToBuffers(Float32Array.from(original.buffers), symmetry, symmetries)).toEqual(
      Float32Array.from(moved.buffers),
    );
  });

  it("changes the sign of running means with its units, and not that of variances", () => {
    const symmetries = symmetriesOf(smallResidual, { activations: ["tanh"] });
    const { B } = deriveLayout(smallResidual);
    const identity = identitySymmetry(symmetries);
    const flip = { ...identity, signs: identity.signs.map((s) => s.map(() => -1)) };
    const buffers = applyToBuffers(new Float32Array(B).fill(1), flip, symmetries);
    expect([...buffers.subarray(0, 8)]).toEqual([-1, -1, -1, -1, 1, 1, 1, 1]);
    expect(buffers.reduce((sum, x) => sum + x, 0)).toBe(0);
  });

  it("must fit", () => {
    const symmetries = symmetriesOf(architectures.mlp, { activations: ["tanh"] });
    const other = identitySymmetry(symmetriesOf(architectures["cnn-l"], { activations: ["tanh"] }));
    expect(() => applySymmetry(new Float32Array(10), identitySymmetry(symmetries), symmetries)).toThrow("got 10");
    expect(() => applySymmetry(new Float32Array(symmetries.D), other, symmetries)).toThrow(
      "does not fit a network with [64, 32]",
    );
  });
});
