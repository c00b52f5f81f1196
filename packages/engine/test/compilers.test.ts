import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { architectures } from "@zoo/format";
import { afterEach, describe, expect, test } from "vitest";
import type { Engine } from "../src/contract/engine.ts";
import { loadEngine } from "../src/node.ts";
import { hyperparameters, oddArchitecture, syntheticData } from "./support/synthetic.ts";

/**
 * Every C++ compiler of this machine that the kernels promise to compile with: GCC from 11, Clang from 14. One name each; which are
 * found depends on what is installed (`apt-get install g++-11 clang`).
 */
function installed(): string[] {
  const versions = (name: string, from: number) => Array.from({ length: 12 }, (_, i) => `${name}-${from + i}`);
  const names = [...versions("g++", 11), ...versions("clang++", 14), "g++", "clang++", "c++"];
  const byFile = new Map<string, string>();
  for (const name of names) {
    for (const folder of (process.env.PATH ?? "").split(delimiter)) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        const file = realpathSync(join(folder, name));
        if (!byFile.has(file)) byFile.set(file, name);
      } catch {
        // not in this folder
      }
    }
  }
  return [...byFile.values()];
}

const before = process.env.CXX;
afterEach(() => {
  if (before === undefined) delete process.env.CXX;
  else process.env.CXX = before;
});

/** Of sums, sorting and counting, at sizes that fill no vector. */
async function matricesFrom({ dense }: Engine): Promise<ArrayLike<number>[]> {
  const a = new Float32Array(37 * 301).map((_, i) => Math.sin(i));
  const bytes = new Uint8Array(a.buffer).map((byte) => byte % 3);
  return [
    await dense.product(a, a, 301),
    await dense.columnProduct(a, a.subarray(0, 301 * 5), 301),
    await dense.squaredDistances(a, a.subarray(0, 903), 301),
    await dense.matches(bytes, bytes.subarray(0, 1806), 602),
    await dense.segmentStatistics(a, 301, [
      { offset: 1, size: 300 },
      { offset: 0, size: 5 },
    ]),
  ];
}

/** Weights after an epoch of models that use every kind of layer, activations that call our own functions, and dropout. */
async function weightsFrom(engine: Engine): Promise<Float32Array[]> {
  const weights: Float32Array[] = [];
  for (const architecture of [oddArchitecture, architectures["cnn-s-1ch"]]) {
    for (const activation of ["gelu", "tanh"] as const) {
      const data = syntheticData(architecture.input, { train: 33, val: 4, test: 6 });
      const members = [1, 2, 3].map((seed) => hyperparameters({ activation, seed, dropout: 0.1 * seed }));
      const cohort = await engine.createCohort({ architecture, members, data });
      await cohort.trainEpoch();
      weights.push(await cohort.weights());
      cohort.dispose();
    }
  }
  return weights;
}

const compilers = installed();

describe.skipIf(compilers.length === 0)("the native kernels have the bits of WebAssembly when compiled by", () => {
  test.each(compilers)("%s", { timeout: 300_000 }, async (command) => {
    process.env.CXX = command;
    const native = await loadEngine("native");
    const wasm = await loadEngine("wasm");
    expect(await weightsFrom(native)).toEqual(await weightsFrom(wasm));
    expect(await matricesFrom(native)).toEqual(await matricesFrom(wasm));
  });
});
