import { referenceDense } from "@zoo/engine";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type SimilarityName, type SimilarityOptions, similarityNames } from "../../src/behaviour/similarities.ts";
import { similarityMatrices } from "../../src/behaviour/similarity-matrices.ts";
import { normals, orthogonal, sourceOf, transformed } from "./features.ts";
import { goldens, worstDifference } from "./goldens.ts";

const { N, P, neighbours, features, repsim, ckatorch, scipy } = goldens.representations;
const golden = Array.from({ length: features.length / (N * P) }, (_, i) =>
  Float32Array.from(features.slice(i * N * P, (i + 1) * N * P)),
);

async function matrixOf(
  name: SimilarityName,
  models: readonly Float32Array[],
  images: number,
  options: SimilarityOptions = {},
): Promise<Float64Array> {
  const { matrices } = await similarityMatrices(sourceOf(models, images), [name], referenceDense, options);
  return matrices.get(name) as Float64Array;
}

// Float32 vectors of length 1 and products: errors of some 1e-7 are expected. Worst seen beside each.
describe("similarities of representations, against other programs", () => {
  const kernels = ["linear_cka", "linear_cka_biased", "rbf_cka", "rbf_cka_biased"] as const;

  it.each(kernels)("%s is repsim's", async (name) => {
    expect(worstDifference(await matrixOf(name, golden, N), repsim[name])).toBeLessThan(1e-6); // seen 2.4e-7
  });

  it.each(kernels)("%s is ckatorch's, with the median of the whole matrix", async (name) => {
    const matrix = await matrixOf(name, golden, N, { rbf: { median: "matrix" } });
    expect(worstDifference(matrix, ckatorch[name])).toBeLessThan(1e-6); // seen 1.9e-7
  });

  it("the two medians give different numbers", async () => {
    expect(worstDifference(await matrixOf("rbf_cka", golden, N), ckatorch.rbf_cka)).toBeGreaterThan(1e-3);
  });

  it("Procrustes is the scale of scipy.linalg.orthogonal_procrustes", async () => {
    expect(worstDifference(await matrixOf("procrustes", golden, N), scipy.procrustes)).toBeLessThan(1e-6); // seen 2.6e-8
  });

  it("RSA is scipy.stats.spearmanr of scipy's correlation distances", async () => {
    expect(worstDifference(await matrixOf("rsa", golden, N), scipy.rsa)).toBeLessThan(1e-6); // seen 1.3e-7
  });

  it("mutual neighbours are those of scikit-learn, exactly", async () => {
    const matrix = await matrixOf("mutual_neighbours", golden, N, { neighbours });
    expect(worstDifference(matrix, scipy.mutual_neighbours)).toBeLessThan(1e-15);
  });
});

describe("similarities of representations", () => {
  it.each(similarityNames.filter((name) => name !== "rsa"))(
    "%s is 1 after rotation, scaling and a shift",
    async (name) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 0, max: 1e6 }),
          fc.double({ min: 0.1, max: 10, noNaN: true }),
          async (seed, scale) => {
            const before = normals(20 * 5, seed);
            const after = transformed(
              before,
              orthogonal(5, seed).map((x) => x * scale),
              5,
              0.5,
            );
            const [, value] = await matrixOf(name, [before, after], 20, { neighbours: 4 });
            // Float32 rotations move distances by 1e-7 of them; neighbours can change places where two are as near.
            expect(value).toBeGreaterThan(name === "mutual_neighbours" ? 0.97 : 1 - 1e-5);
            expect(value).toBeLessThan(1 + 1e-5);
          },
        ),
        { numRuns: 20 },
      );
    },
  );

  it.each(similarityNames)("%s does not see the order of the hidden units", async (name) => {
    const [a, b] = [normals(20 * 6, 1), normals(20 * 6, 2)];
    const swapped = Float64Array.from({ length: 36 }, (_, at) => (Math.floor(at / 6) === (at + 2) % 6 ? 1 : 0));
    const moved = transformed(a, swapped, 6);
    expect(moved).not.toEqual(a);
    const matrix = await matrixOf(name, [a, moved, b], 20, { neighbours: 4 });
    expect(matrix[1]).toBeCloseTo(1, 5);
    expect(matrix[2]).toBeCloseTo(matrix[5], 5);
  });

  it.each(similarityNames)("%s is symmetric, and 1 with itself, exactly", async (name) => {
    const models = [1, 2, 3].map((seed) => normals(12 * 4, seed));
    const matrix = await matrixOf(name, models, 12, { neighbours: 3 });
    for (let i = 0; i < 3; i++) {
      expect(matrix[i * 3 + i]).toBe(1);
      for (let j = 0; j < i; j++) expect(matrix[i * 3 + j]).toBe(matrix[j * 3 + i]);
    }
  });

  it("unrelated features: debiased CKA is 0 in expectation, biased CKA is not", async () => {
    const models = Array.from({ length: 60 }, (_, i) => normals(16 * 8, 5, i));
    const means = await Promise.all(
      (["linear_cka", "linear_cka_biased"] as const).map(async (name) => {
        const matrix = await matrixOf(name, models, 16);
        return (matrix.reduce((sum, x) => sum + x, 0) - 60) / (60 * 59);
      }),
    );
    expect(Math.abs(means[0])).toBeLessThan(0.01); // 1,770 pairs of deviation .1: expected 0 +- .004, seen .0006
    expect(means[1]).toBeGreaterThan(0.25);
  });

  it.each(similarityNames)(
    "%s of images that differ by rounding, by nothing, or not by a number is undefined",
    async (name) => {
      const real = normals(10 * 4, 1);
      const noise = normals(10 * 4, 2).map((x) => 1 + 3e-7 * x);
      const models = [
        real,
        noise,
        new Float32Array(40).fill(1),
        new Float32Array(40),
        real.map((x, i) => (i === 7 ? NaN : x)),
      ];
      const matrix = await matrixOf(name, models, 10, { neighbours: 3 });
      expect(matrix[0]).toBe(1);
      for (const i of [1, 2, 3, 4]) expect(matrix.subarray(i * 5, (i + 1) * 5)).toEqual(new Float64Array(5).fill(NaN));
    },
  );

  it("an RBF kernel and neighbours of images that are equal but for a few are undefined; a linear kernel is not", async () => {
    const few = new Float32Array(12 * 2).fill(1);
    few.set([5, 3, 4, 1]);
    const { matrices, spread } = await similarityMatrices(sourceOf([few], 12), similarityNames, referenceDense, {
      neighbours: 3,
    });
    expect(spread[0]).toBe(0);
    expect(matrices.get("linear_cka")?.[0]).toBe(1);
    expect(matrices.get("rbf_cka")?.[0]).toBeNaN();
    expect(matrices.get("rsa")?.[0]).toBeNaN();
    expect(matrices.get("mutual_neighbours")?.[0]).toBeNaN();
  });

  it("debiased CKA of 3 images is refused", async () => {
    await expect(matrixOf("linear_cka", [normals(3 * 4, 1)], 3)).rejects.toThrow("needs 4 images or more, got 3");
  });
});

describe("blocks of models", () => {
  const models = Array.from({ length: 7 }, (_, i) => normals(10 * 3, 3, i));
  const names: SimilarityName[] = ["linear_cka", "procrustes", "mutual_neighbours"];

  it("give the numbers of all at once, in less memory", async () => {
    const whole = sourceOf(models, 10);
    const cut = sourceOf(models, 10);
    const options = { neighbours: 3 };
    const once = await similarityMatrices(whole, names, referenceDense, options);
    // 45 * 4 + 30 * 4 + 100 bytes a model: two blocks of 2.
    const often = await similarityMatrices(cut, names, referenceDense, { ...options, memoryBytes: 1600 });
    expect(often.matrices).toEqual(once.matrices);
    expect(often.spread).toEqual(once.spread);
    expect(whole.asked).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(cut.asked.length).toBe(7 + 5 + 5 - 2 + 3 - 2 + 1 - 1 + 0);
  });

  it("stop at a signal", async () => {
    const stop = AbortSignal.abort(new Error("stopped"));
    await expect(similarityMatrices(sourceOf(models, 10), names, referenceDense, { signal: stop })).rejects.toThrow(
      "stopped",
    );
  });
});
