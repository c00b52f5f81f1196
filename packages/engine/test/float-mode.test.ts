import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { architectures } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { laneEngine } from "../src/kernels/lane-engine.ts";
import { findCompiler, loadNativeKernels } from "../src/node.ts";
import { FixedOrderRun } from "./support/fixed-order.ts";
import { hyperparameters, syntheticData } from "./support/synthetic.ts";

/** An addon that sets the thread's control register of floating point, as a library linked with -ffast-math does. */
const source = `
#include <node_api.h>
#include <stdint.h>
#if defined(__x86_64__)
#include <immintrin.h>
static uint32_t get() { return _mm_getcsr() & ~0x3fu; }
static void set(uint32_t mode) { _mm_setcsr(mode); }
static const uint32_t fast = 0x1f80 | 0x8040 | 0x4000; /* subnormals flushed and read as zero, rounding up */
#else
static uint32_t get() { uint64_t v; __asm__ volatile("mrs %0, fpcr" : "=r"(v)); return v; }
static void set(uint32_t mode) { uint64_t v = mode; __asm__ volatile("msr fpcr, %0" : : "r"(v)); }
static const uint32_t fast = 1u << 24 | 1u << 22;
#endif
static uint32_t kept;
static napi_value begin(napi_env, napi_callback_info) { kept = get(); set(fast); return nullptr; }
static napi_value end(napi_env env, napi_callback_info) {
  napi_value result;
  napi_get_boolean(env, get() == fast, &result);
  set(kept);
  return result;
}
static napi_value start(napi_env env, napi_value exports) {
  napi_value f;
  napi_create_function(env, "begin", NAPI_AUTO_LENGTH, begin, nullptr, &f);
  napi_set_named_property(env, exports, "begin", f);
  napi_create_function(env, "end", NAPI_AUTO_LENGTH, end, nullptr, &f);
  napi_set_named_property(env, exports, "end", f);
  return exports;
}
NAPI_MODULE(float_mode, start)
`;

interface FloatMode {
  begin(): void;
  /** Whether the mode was still the one that begin() set. */
  end(): boolean;
}

function compileFloatMode(compiler: string): FloatMode {
  const require = createRequire(import.meta.url);
  const headers = join(require.resolve("node-api-headers/package.json"), "../include");
  const folder = mkdtempSync(join(tmpdir(), "zoo-float-mode-"));
  try {
    const [file, addon] = ["mode.cc", "mode.node"].map((name) => join(folder, name));
    writeFileSync(file, source);
    const os = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : [];
    execFileSync(compiler, ["-shared", "-fPIC", "-w", ...os, "-I", headers, file, "-o", addon]);
    return require(addon) as FloatMode;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const compiler = await findCompiler();
const native = await loadNativeKernels().catch((e: Error) => {
  if (process.env.ZOO_REQUIRE?.includes("native")) throw e;
  return null;
});

describe.skipIf(compiler === null || native === null)("another library's rounding and flush-to-zero", () => {
  const architecture = architectures["cnn-s-1ch"];

  /** Everything that native code computes, with the mode set around each call and nothing else. */
  async function bits(around: (call: () => void) => void): Promise<ArrayLike<number>[]> {
    if (native === null) return [];
    const { kernels } = native;
    const results: ArrayLike<number>[] = [];
    const tiny = Float32Array.from({ length: 64 }, (_, i) => -80 - i / 2);
    around(() => results.push(kernels.math("exp", tiny)));
    const { splits: _, ...data } = syntheticData([1, 28, 28], { train: 10, val: 0, test: 0 });
    const run = new FixedOrderRun(kernels, architecture, data, [hyperparameters({ batch_size: 10 })]);
    run.setWeights(
      0,
      new Float32Array(2464).map((_, i) => Math.sin(i) / 5),
    );
    for (let step = 0; step < 3; step++) around(() => run.step([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    results.push(run.weights(0), [run.loss(0)]);
    run.dispose();
    // Each begins with a call of the kernels, and ends after the mode is as before.
    const { dense } = laneEngine(kernels);
    const small = tiny.map((x) => x * 2 ** -70 + 2 ** -140);
    const asked: Promise<Float64Array>[] = [];
    around(() => asked.push(dense.product(small, small, 16)));
    around(() => asked.push(dense.segmentStatistics(small, 16, [{ offset: 0, size: 16 }])));
    results.push(...(await Promise.all(asked)));
    return results;
  }

  test("change no bit, and are as before after each call", async () => {
    const mode = compileFloatMode(compiler?.command ?? "c++");
    const expected = await bits((call) => call());
    const kept: boolean[] = [];
    const found = await bits((call) => {
      mode.begin();
      try {
        call();
      } finally {
        kept.push(mode.end());
      }
    });
    expect(found).toEqual(expected);
    expect(Array.from(expected[0]).some((value) => value > 0 && value < 2 ** -126)).toBe(true);
    expect(kept).toEqual([true, true, true, true, true, true]);
  });
});
