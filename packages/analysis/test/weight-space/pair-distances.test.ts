import { referenceDense } from "@zoo/engine";
import { architectures, deriveLayout } from "@zoo/format";
import { describe, expect, it } from "vitest";
import { pairValues } from "../../src/statistics/pair-statistics.ts";
import { pairDistances, relativeDistances } from "../../src/weight-space/pair-distances.ts";
import { weightParts } from "../../src/weight-space/weight-parts.ts";
import { fixture } from "./fixture.ts";
import { hashedWeights, randomWeights } from "./networks.ts";

const D = 2464;
const parts = weightParts(deriveLayout(architectures["cnn-s-1ch"]));

function rows(networks: readonly Float32Array[]): Float32Array {
  return Float32Array.from(networks.flatMap((network) => [...network]));
}

function worst(ours: Float64Array, theirs: readonly number[]): number {
  expect(ours).toHaveLength(theirs.length);
  return Math.max(...theirs.map((value, i) => Math.abs(ours[i] - value) / Math.max(1, Math.abs(value))));
}

describe("pairDistances", () => {
  const networks = [1, 2, 3, 4, 5].map((seed) => hashedWeights(seed, D));
  networks.push(networks[0].map((w) => -w / 4));

  it.each(Object.entries(fixture.distances))("agrees with SciPy on %s", async (name, { euclidean, cosine }) => {
    const part = parts.find((candidate) => candidate.name === name);
    if (part === undefined) throw new Error(`the layout has no part ${name}`);
    const { l2, cosineDistance } = await pairDistances(rows(networks), D, part, referenceDense);
    // float32 sums in blocks of 256: the contract of Dense allows 2e-6 of a squared distance; worst seen 1.6e-7 and 6.6e-7.
    expect(worst(pairValues(l2, 6), euclidean)).toBeLessThan(1e-6);
    expect(worst(pairValues(cosineDistance, 6), cosine)).toBeLessThan(2e-6);
  });

  it("gives the same bits from a zoo that is read in blocks", async () => {
    const all = rows(networks);
    const asked: number[] = [];
    const source = {
      models: 6,
      read: async (first: number, count: number): Promise<Float32Array> => {
        asked.push(count);
        return all.slice(first * D, (first + count) * D);
      },
    };
    const whole = await pairDistances(all, D, parts[2], referenceDense);
    expect(await pairDistances(source, D, parts[2], referenceDense, { blockBytes: 4 * D * 4 })).toEqual(whole);
    expect(Math.max(...asked)).toBe(4);
  });

  it("is worked out by hand for two weights", async () => {
    const three = Float32Array.of(3, 4, 4, -3, 3, 4);
    const found = await pairDistances(three, 2, { offset: 0, size: 2 }, referenceDense);
    expect([...found.norms]).toEqual([5, 5, 5]);
    expect([...found.l2]).toEqual([0, 50, 0, 50, 0, 50, 0, 50, 0].map(Math.sqrt));
    expect([...found.cosineDistance].map((x) => x.toFixed(12))).toEqual(
      [0, 1, 0, 1, 0, 1, 0, 1, 0].map((x) => x.toFixed(12)),
    );
    expect(relativeDistances(found)[1]).toBeCloseTo(Math.SQRT2, 14);
  });

  it("keeps the digits of cosine distances between networks that are close", async () => {
    const one = randomWeights(D, 1);
    const other = one.map((w, d) => w + 1e-4 * Math.sin(d));
    const { cosineDistance } = await pairDistances(rows([one, other]), D, parts[0], referenceDense);
    let [aa, bb, ab] = [0, 0, 0];
    for (let d = 0; d < D; d++) {
      aa += one[d] ** 2;
      bb += other[d] ** 2;
      ab += one[d] * other[d];
    }
    const exact = 1 - ab / Math.sqrt(aa * bb);
    expect(exact).toBeGreaterThan(1e-9);
    // Of 5e-9, where float32 products would give noise of 1e-7. Worst seen 2.6e-6 relative.
    expect(cosineDistance[1] / exact).toBeCloseTo(1, 4);
  });

  it("leaves undefined what zeros and NaN have no value of", async () => {
    const zero = Float32Array.of(0, 0, 1, 0, Number.NaN, 1);
    const { l2, cosineDistance } = await pairDistances(zero, 2, { offset: 0, size: 2 }, referenceDense);
    expect([...l2]).toEqual([0, 1, Number.NaN, 1, 0, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
    expect([...cosineDistance]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
      0,
      ...Array(4).fill(Number.NaN),
    ]);
    expect(relativeDistances({ M: 1, norms: Float64Array.of(0), l2: Float64Array.of(0) })[0]).toBeNaN();
  });

  it("refuses an array that networks do not fill", async () => {
    await expect(pairDistances(new Float32Array(5), 2, { offset: 0, size: 2 }, referenceDense)).rejects.toThrow(
      "do not fill",
    );
  });
});

describe("weightParts", () => {
  it("covers the network by layers, and by tensors", () => {
    for (const kind of ["network", "layer", "tensor"] as const) {
      const own = parts.filter((part) => part.kind === kind);
      let end = 0;
      for (const { offset, size } of own) {
        expect(offset).toBe(end);
        end += size;
      }
      expect(end).toBe(D);
    }
    expect(parts.map(({ name }) => name).slice(0, 3)).toEqual(["all", "layers.0", "layers.4"]);
  });
});
