import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { loadNativeKernels, loadWasmKernels } from "@zoo/engine/node";
import { expect, test } from "vitest";
import { type Errors, functions, inputsOf, measure } from "../measure.ts";

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const published = JSON.parse(await readFile(file("../../../docs/results/math/results.json"), "utf8")) as {
  stride: number;
  inputs: number;
  builds: string[];
  functions: Record<(typeof functions)[number], Errors>;
};

const python = process.env.ZOO_PYTHON ?? "";
const missing = "ZOO_PYTHON names no Python with numpy and scipy";
if (python === "") {
  if (process.env.ZOO_REQUIRE?.includes("python")) throw new Error(`${missing}, but ZOO_REQUIRE has python`);
  console.warn(`skipped: ${missing}`);
}

const worst = (digits: number) => functions.map((name) => published.functions[name].worst_ulp.toFixed(digits));

test.skipIf(python === "")("an ulp is the spacing at the exact value, and special values must be exact", () => {
  const code = `
import numpy as np, measure
f = np.float32
print(measure.ulp_errors(f([1, 1, 2, 0, 2**-149]), np.array([1 + 2**-24, 1 - 2**-23, 2 + 2**-21, 2**-150, 3 * 2**-149])).tolist())
inf, nan = np.inf, np.nan
print(measure.specials_ok(f([inf, nan, -0.0, 3, 1]), f([inf, nan, -0.0, 4, 1])).tolist())
print(measure.specials_ok(f([inf, nan, -0.0, 3e38]), f([-inf, 1, 0.0, inf])).tolist())
`;
  const { stdout, stderr } = spawnSync(python, ["-c", code], {
    cwd: file(".."),
    encoding: "utf8",
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
  });
  expect(stderr).toBe("");
  expect(stdout.split("\n")).toEqual([
    "[0.5, 2.0, 2.0, 0.5, 2.0]",
    "[True, True, True, True, True]",
    "[False, False, False, False]",
    "",
  ]);
});

test("the published errors are of every float32", () => {
  expect([published.stride, published.inputs]).toEqual([1, 2 ** 32]);
  const wrong = functions.filter((name) => published.functions[name].wrong_specials > 0);
  const different = functions.filter((name) => published.functions[name].builds_differ > 0);
  expect([...wrong, ...different]).toEqual([]);
});

test.skipIf(python === "").each(functions)(
  "a sample of %s has no larger error than the published one",
  async (name) => {
    const { kernels } = await loadNativeKernels().catch(() => loadWasmKernels());
    const sample = await measure(name, 40_009, [kernels], python);
    expect(sample.worst_ulp).toBeLessThanOrEqual(published.functions[name].worst_ulp);
    expect(sample.wrong_specials).toBe(0);
    expect(sample.histogram.counts.reduce((a, b) => a + b)).toBe(sample.finite_results);
    expect(sample.finite_results).toBeLessThan(inputsOf(40_009)); // some inputs are NaN
  },
);

test("the numbers in the page and in the engine's tests are the published ones", async () => {
  const page = await readFile(file("../../../docs/results/math/README.md"), "utf8");
  const rows = functions.map((name) => new RegExp(`^\\| ${name} \\| ([\\d.]+) \\|`, "m").exec(page)?.[1]);
  expect(rows).toEqual(worst(3));
  const engine = await readFile(file("../../../packages/engine/test/math.test.ts"), "utf8");
  const quoted = /exp ([\d.]+), log ([\d.]+), tanh ([\d.]+), erf ([\d.]+), sigmoid ([\d.]+) ulp/.exec(engine);
  expect(quoted?.slice(1)).toEqual(worst(2));
});
