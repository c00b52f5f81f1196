import { RandomStream } from "@zoo/engine";
import { type Activation, architectures, deriveLayout } from "@zoo/format";
import { describe, expect, it } from "vitest";
import { align } from "../../src/weight-space/align.ts";
import {
  alignedDistances,
  alignedDistancesBetween,
  alignToReference,
} from "../../src/weight-space/aligned-distances.ts";
import { Aligners } from "../../src/weight-space/aligners.ts";
import { nearestModuloSymmetry, nearestOfMatrix } from "../../src/weight-space/nearest-network.ts";
import type { NetworkList } from "../../src/weight-space/network-list.ts";
import { applySymmetry, randomSymmetry } from "../../src/weight-space/symmetry.ts";
import { SymmetrySignature, signatureDistance } from "../../src/weight-space/symmetry-bound.ts";
import { symmetriesOf } from "../../src/weight-space/symmetry-groups.ts";
import { weightParts } from "../../src/weight-space/weight-parts.ts";
import { randomNetwork, smallResidual } from "./networks.ts";

const cnn = architectures["cnn-s-1ch"];
const D = 2464;
const parts = weightParts(deriveLayout(cnn));
const tanh = symmetriesOf(cnn, { activations: ["tanh"] });

function list(networks: readonly Float32Array[], activation: Activation = "tanh"): NetworkList {
  const weights = new Float32Array(networks.length * D);
  for (const [i, network] of networks.entries()) weights.set(network, i * D);
  return { weights, activations: networks.map(() => activation) };
}

function moved(network: Float32Array, seed: number): Float32Array {
  return applySymmetry(network, randomSymmetry(tanh, new RandomStream(seed, "ALIGNMENT")), tanh);
}

const networks = [1, 2, 3, 4, 5].map((seed) => randomNetwork(cnn, seed));

describe("alignedDistances", () => {
  it("has the same aligned distances for a zoo whose models were moved, and other raw ones", async () => {
    const plain = await alignedDistances(list(networks), parts, new Aligners(cnn));
    const copies = await alignedDistances(list(networks.map((w, i) => moved(w, i + 7))), parts, new Aligners(cnn));
    // The whole network; layers too, since every permutation stays inside of its tensors. Worst seen 8e-14 of 60.
    for (const [at, distance] of plain.aligned.entries()) expect(copies.aligned[at]).toBeCloseTo(distance, 10);
    expect(copies.raw[1]).not.toBeCloseTo(plain.raw[1], 3);
    expect(plain.aligned[1]).toBeLessThan(plain.raw[1]);
  });

  it("adds up from layers to the network, raw and aligned, in both directions", async () => {
    const M = 5;
    const { raw, aligned } = await alignedDistances(list(networks), parts, new Aligners(cnn));
    for (const values of [raw, aligned]) {
      const layers = parts.flatMap(({ kind }, p) => (kind === "layer" ? [values[(p * M + 1) * M + 3] ** 2] : []));
      expect(Math.sqrt(layers.reduce((a, b) => a + b, 0))).toBeCloseTo(values[1 * M + 3], 10);
      expect(values[3 * M + 1]).toBe(values[1 * M + 3]);
      expect(values[1 * M + 1]).toBe(0);
    }
  });

  it("uses the flips that keep the function of both networks of a pair", async () => {
    const [a, b] = networks;
    const flipped = moved(a, 3);
    const distance = async (activations: Activation[], signs?: boolean): Promise<number> => {
      const two = { ...list([flipped, a]), activations };
      return (await alignedDistances(two, parts.slice(0, 1), new Aligners(cnn, signs === undefined ? {} : { signs })))
        .aligned[1];
    };
    expect(await distance(["tanh", "tanh"])).toBe(0);
    expect(await distance(["tanh", "tanh"], false)).toBeGreaterThan(1);
    expect(await distance(["tanh", "relu"])).toBeGreaterThan(1);
    expect(await distance(["relu", "tanh"])).toBeGreaterThan(1);
    expect(b).toHaveLength(D);
  });

  it("leaves pairs with a NaN undefined, has no pairs of one model, and stops when told", async () => {
    const broken = networks[1].slice();
    broken[7] = Number.NaN;
    const { raw, aligned } = await alignedDistances(list([networks[0], broken, networks[2]]), parts, new Aligners(cnn));
    expect([raw[1], aligned[1], raw[5], aligned[5]]).toEqual(Array(4).fill(Number.NaN));
    expect(aligned[2]).toBeGreaterThan(0);
    expect((await alignedDistances(list([networks[0]]), parts.slice(0, 1), new Aligners(cnn))).aligned).toEqual(
      new Float64Array(1),
    );
    const stopped = alignedDistances(list(networks), parts, new Aligners(cnn), {
      signal: AbortSignal.abort(new Error("stop")),
    });
    await expect(stopped).rejects.toThrow("stop");
  });
});

describe("alignedDistancesBetween", () => {
  it("has the pairs of two lists as all pairs has them", async () => {
    const M = 5;
    const all = await alignedDistances(list(networks), parts, new Aligners(cnn));
    const [late, early] = [networks.slice(2), networks.slice(0, 2)];
    const between = await alignedDistancesBetween(list(late), list(early), parts, new Aligners(cnn));
    for (const side of ["raw", "aligned"] as const) {
      expect(between[side]).toHaveLength(parts.length * 3 * 2);
      expect(between[side][1 * 2 + 0]).toBe(all[side][3 * M]);
      expect(between[side][(2 * 3 + 2) * 2 + 1]).toBe(all[side][(2 * M + 4) * M + 1]);
    }
  });

  it("refuses networks of another architecture", async () => {
    const other = { weights: randomNetwork(architectures.mlp, 1), activations: ["tanh" as const] };
    await expect(alignedDistancesBetween(other, list(networks), parts, new Aligners(cnn))).rejects.toThrow(
      "2464 weights each",
    );
  });
});

describe("alignToReference", () => {
  it("brings moved copies of the reference back, bit for bit, and others as near as `align` does", async () => {
    const reference = networks[0];
    const all = list([moved(reference, 1), moved(reference, 2), networks[3]]);
    const found = await alignToReference(all, list([reference]), parts.slice(0, 1), new Aligners(cnn));
    expect([...found.aligned.subarray(0, 2)]).toEqual([0, 0]);
    expect(found.moved.slice(D, 2 * D)).toEqual(reference);
    expect(found.aligned[2]).toBe(align(networks[3], reference, tanh).distance);
    expect(found.raw[2]).toBe(align(networks[3], reference, tanh).rawDistance);
    expect(found.symmetries).toHaveLength(3);
  });
});

describe("nearestModuloSymmetry", () => {
  it("finds a moved and slightly changed copy, without aligning all others", async () => {
    const near = moved(networks[2], 9).map((w, d) => w + 1e-3 * Math.sin(d));
    const all = list([...networks, near]);
    const found = await nearestModuloSymmetry(all, 2, new Aligners(cnn));
    expect(found).toMatchObject({ index: 5, aligned: 1 });
    expect(found.distance).toBeLessThan(0.1);
  });

  it("gives what aligning all pairs gives", async () => {
    const all = list(networks);
    const { aligned } = await alignedDistances(all, parts.slice(0, 1), new Aligners(cnn));
    const { index, distance } = nearestOfMatrix(aligned, 5);
    for (const model of [0, 1, 2, 3, 4]) {
      const found = await nearestModuloSymmetry(all, model, new Aligners(cnn));
      expect(found.index).toBe(index[model]);
      expect(found.distance).toBeCloseTo(distance[model], 10);
    }
  });

  it("finds none where there is no other, and never one that is not finite", async () => {
    expect(await nearestModuloSymmetry(list([networks[0]]), 0, new Aligners(cnn))).toEqual({
      index: -1,
      distance: Number.NaN,
      aligned: 0,
    });
    const broken = networks[1].slice().fill(Number.POSITIVE_INFINITY, 3, 4);
    const found = await nearestModuloSymmetry(list([networks[0], broken]), 0, new Aligners(cnn));
    expect(found.index).toBe(-1);
    expect([...nearestOfMatrix(Float64Array.of(0, Number.NaN, Number.NaN, 0), 2).index]).toEqual([-1, -1]);
  });
});

describe("SymmetrySignature", () => {
  it.each([
    { name: "CNN-s with tanh", architecture: cnn, symmetries: tanh },
    { name: "CNN-s with relu", architecture: cnn, symmetries: symmetriesOf(cnn, { activations: ["relu"] }) },
    {
      name: "a small ResNet",
      architecture: smallResidual,
      symmetries: symmetriesOf(smallResidual, { activations: ["tanh"] }),
    },
  ])(
    "of $name bounds the distance modulo symmetry from below and is the same for copies",
    ({ architecture, symmetries }) => {
      const signature = new SymmetrySignature(symmetries);
      for (let seed = 1; seed <= 10; seed++) {
        const [a, b] = [randomNetwork(architecture, seed), randomNetwork(architecture, seed + 50)];
        const copy = applySymmetry(a, randomSymmetry(symmetries, new RandomStream(seed, "ALIGNMENT")), symmetries);
        // Squares are summed in another order. Worst seen 1.1e-14.
        expect(signatureDistance(signature.of(a), signature.of(copy))).toBeLessThan(1e-12);
        const bound = signatureDistance(signature.of(a), signature.of(b));
        expect(bound).toBeGreaterThan(0);
        expect(bound).toBeLessThan(align(a, b, symmetries, { restarts: 3 }).distance);
      }
    },
  );
});
