import { RandomStream } from "@zoo/engine";
import { type Activation, type Architecture, architectures } from "@zoo/format";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Aligner, align } from "../../src/weight-space/align.ts";
import { applySymmetry, compose, identitySymmetry, invert, randomSymmetry } from "../../src/weight-space/symmetry.ts";
import { symmetriesOf } from "../../src/weight-space/symmetry-groups.ts";
import { fixture } from "./fixture.ts";
import { hashedWeights, randomNetwork, sameBits, smallResidual, tiedResidual } from "./networks.ts";

const seeds = fc.integer({ min: 1, max: 2 ** 31 });
const cnn = architectures["cnn-s-1ch"];
const symmetriesOfCnn = symmetriesOf(cnn, { activations: ["tanh"] });
const random = (seed: number): RandomStream => new RandomStream(seed, "ALIGNMENT");

const nets: { name: string; architecture: Architecture; activation: Activation }[] = [
  { name: "CNN-s with tanh", architecture: cnn, activation: "tanh" },
  { name: "CNN-s with relu", architecture: cnn, activation: "relu" },
  { name: "CNN-l with tanh", architecture: architectures["cnn-l"], activation: "tanh" },
  { name: "the MLP with tanh", architecture: architectures.mlp, activation: "tanh" },
  { name: "a small ResNet with relu", architecture: smallResidual, activation: "relu" },
  { name: "a small ResNet with tanh", architecture: smallResidual, activation: "tanh" },
  { name: "a layer tied to itself", architecture: tiedResidual, activation: "tanh" },
];

describe.each(nets)("alignment of $name", ({ architecture, activation }) => {
  const symmetries = symmetriesOf(architecture, { activations: [activation] });

  it("undoes a random symmetry, bit for bit", () => {
    fc.assert(
      fc.property(seeds, seeds, (one, other) => {
        const target = randomNetwork(architecture, one);
        const symmetry = randomSymmetry(symmetries, random(other));
        const source = applySymmetry(target, symmetry, symmetries);
        const found = align(source, target, symmetries);
        expect(found.distance).toBe(0);
        expect(found.symmetry).toEqual(invert(symmetry));
        expect(sameBits(applySymmetry(source, found.symmetry, symmetries), target)).toBe(true);
      }),
      { numRuns: 10 },
    );
  });

  it("is the identity from a network to itself", () => {
    const network = randomNetwork(architecture, 3);
    const { symmetry, distance, rawDistance } = align(network, network, symmetries);
    expect([distance, rawDistance]).toEqual([0, 0]);
    expect(symmetry).toEqual(identitySymmetry(symmetries));
  });

  it("never ends farther away than it began, and says the distance that it has", () => {
    fc.assert(
      fc.property(seeds, seeds, (one, other) => {
        const [source, target] = [randomNetwork(architecture, one), randomNetwork(architecture, other)];
        const { symmetry, distance, rawDistance } = align(source, target, symmetries, { start: "identity" });
        const moved = applySymmetry(source, symmetry, symmetries);
        expect(distance).toBe(Math.sqrt(moved.reduce((sum, x, d) => sum + (x - target[d]) ** 2, 0)));
        expect(distance).toBeLessThanOrEqual(rawDistance);
        expect(align(source, target, symmetries).distance).toBeLessThanOrEqual(rawDistance);
      }),
      { numRuns: 10 },
    );
  });

  it("ends where no group alone can gain", () => {
    const [source, target] = [randomNetwork(architecture, 1), randomNetwork(architecture, 2)];
    const { symmetry, distance } = align(source, target, symmetries);
    const again = align(source, target, symmetries, { start: symmetry });
    expect(again).toMatchObject({ symmetry, distance, restart: 0, sweeps: 0 });
  });
});

describe("align", () => {
  const [source, target] = [randomNetwork(cnn, 1), randomNetwork(cnn, 2)];

  it("has the same distance for moved copies of both networks", () => {
    fc.assert(
      fc.property(seeds, seeds, seeds, (one, other, seed) => {
        const [a, b] = [randomNetwork(cnn, one), randomNetwork(cnn, other)];
        const move = (w: Float32Array, s: number): Float32Array =>
          applySymmetry(w, randomSymmetry(symmetriesOfCnn, random(s)), symmetriesOfCnn);
        const plain = align(a, b, symmetriesOfCnn).distance;
        // The same path up to rounding in float64: worst seen 1e-13 of 60.
        expect(align(move(a, seed), move(b, seed + 1), symmetriesOfCnn).distance).toBeCloseTo(plain, 10);
      }),
      { numRuns: 20 },
    );
  });

  it("gives the inverse in the other direction without restarts", () => {
    const [there, back] = [align(source, target, symmetriesOfCnn), align(target, source, symmetriesOfCnn)];
    expect(compose(there.symmetry, back.symmetry)).toEqual(identitySymmetry(symmetriesOfCnn));
    expect(back.distance / there.distance).toBeCloseTo(1, 12);
  });

  it.each(fixture.alignments)(
    "takes the way of the published code from the identity (pair $seed)",
    ({ seed, permutations, distance }) => {
      const b = hashedWeights(seed, 2464);
      const near = seed % 4 === 0 ? 1 / 8 : 0;
      const a = hashedWeights(seed + 100, 2464).map((x, i) => x + near * b[i]);
      const symmetries = symmetriesOf(cnn, { activations: ["relu"] });
      const found = align(a, b, symmetries, { start: "identity" });
      expect(found.symmetry.permutations.map((p) => [...p])).toEqual(permutations);
      // Sums of 2,464 squares in float64, in another order than NumPy's: none differed in these pairs.
      expect(found.distance / distance).toBeCloseTo(1, 13);
    },
  );

  it("finds nothing to gain where the published code ended", () => {
    const symmetries = symmetriesOf(cnn, { activations: ["relu"] });
    for (const { seed, permutations } of fixture.alignments) {
      if (seed % 4 === 0) continue;
      const start = { ...identitySymmetry(symmetries), permutations: permutations.map((p) => Int32Array.from(p)) };
      const found = align(hashedWeights(seed + 100, 2464), hashedWeights(seed, 2464), symmetries, { start });
      expect(found).toMatchObject({ symmetry: start, sweeps: 0 });
    }
  });

  it("finds flipped copies from incoming weights, but not always from the identity", () => {
    const found = { incoming: 0, identity: 0 };
    for (let seed = 1; seed <= 40; seed++) {
      const copy = applySymmetry(target, randomSymmetry(symmetriesOfCnn, random(seed)), symmetriesOfCnn);
      for (const start of ["incoming", "identity"] as const) {
        if (align(copy, target, symmetriesOfCnn, { start }).distance === 0) found[start]++;
      }
    }
    expect(found.incoming).toBe(40);
    expect(found.identity).toBeLessThan(40);
  });

  it("keeps the best of its restarts, the same ones for the same seed", () => {
    const plain = align(source, target, symmetriesOfCnn);
    const restarted = align(source, target, symmetriesOfCnn, { restarts: 20, seed: 5 });
    expect(restarted.distance).toBeLessThan(plain.distance);
    expect(restarted.restart).toBeGreaterThan(0);
    expect(align(source, target, symmetriesOfCnn, { restarts: 20, seed: 5 })).toEqual(restarted);
    const ends = [5, 6, 7].map((seed) => align(source, target, symmetriesOfCnn, { restarts: 3, seed }).distance);
    expect(new Set(ends).size).toBeGreaterThan(1);
  });

  it("goes down from the source as it is where that is nearer than every other end", () => {
    const near = target.map((w, d) => w + 0.9 * source[d]);
    const zeroed = near.map((w, d) => (d < 208 ? source[d] : w)); // its first units look like others
    const { restart, distance, rawDistance } = align(zeroed, target, symmetriesOfCnn);
    expect(distance).toBeLessThanOrEqual(rawDistance);
    expect([-1, 0]).toContain(restart);
  });

  it("uses its scratch memory again without a trace", () => {
    const aligner = new Aligner(symmetriesOfCnn);
    const first = aligner.align(source, target);
    aligner.align(target, randomNetwork(cnn, 9));
    expect(aligner.align(source, target)).toEqual(first);
  });

  it("says NaN of a network that is not finite, and refuses other lengths", () => {
    const broken = source.slice();
    broken[100] = Number.NaN;
    const found = align(broken, target, symmetriesOfCnn);
    expect(found.distance).toBeNaN();
    expect(found.symmetry).toEqual(identitySymmetry(symmetriesOfCnn));
    broken[100] = Number.POSITIVE_INFINITY;
    expect(align(target, broken, symmetriesOfCnn).distance).toBeNaN();
    expect(() => align(source, target.subarray(1), symmetriesOfCnn)).toThrow("2464 weights each, got 2464 and 2463");
    expect(() => align(source, target, symmetriesOfCnn, { restarts: 1.5 })).toThrow("restarts must be an integer");
  });

  it("aligns constant networks, whose units are all alike", () => {
    const constant = new Float32Array(2464).fill(0.5);
    expect(align(constant, constant, symmetriesOfCnn).distance).toBe(0);
    expect(align(new Float32Array(2464), constant, symmetriesOfCnn).distance).toBeCloseTo(0.5 * Math.sqrt(2464), 10);
  });
});
