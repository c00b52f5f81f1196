// Streams what the kernels compute to measure.py, which compares it with float64 NumPy and SciPy.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Kernels } from "@zoo/engine";
import { loadNativeKernels, loadWasmKernels } from "@zoo/engine/node";

export const functions = ["exp", "log", "tanh", "erf", "sigmoid"] as const;
export type MathFunction = (typeof functions)[number];

export const builds = {
  native: () => loadNativeKernels(),
  wasm: () => loadWasmKernels(),
  "wasm-strict": () => loadWasmKernels(true),
};
export type Build = keyof typeof builds;

/** Of one function. Errors are in ulp, over the inputs whose exact and computed results are finite. */
export interface Errors {
  worst_ulp: number;
  worst_input: { bits: string; value: number; got: string; exact: string };
  mean_ulp: number;
  finite_results: number;
  /** How many of the finite results are the float32 nearest to the exact one. */
  correctly_rounded: number;
  /** Smallest and largest finite result. */
  range: [number, number];
  /** Results that should have been infinite, NaN or a zero of that sign and were not, or the other way round. */
  wrong_specials: number;
  wrong_special_examples: Errors["worst_input"][];
  histogram: { bin_ulp: number; counts: number[] };
  oracle: string;
  /** Results of the other builds that differ in bits from those of the first. */
  builds_differ: number;
}

const BLOCK = 2 ** 20;

/** Inputs in a sweep: the bit patterns 0, stride, 2 stride, .. below 2^32. */
export const inputsOf = (stride: number): number => Math.ceil(2 ** 32 / stride);

/** Measures the first kernels and compares the others with them. `python` has numpy and scipy. */
export async function measure(
  name: MathFunction,
  stride: number,
  kernels: readonly Kernels[],
  python: string,
): Promise<Errors> {
  const total = inputsOf(stride);
  const script = fileURLToPath(new URL("measure.py", import.meta.url));
  const child = spawn(python, [script, name, String(stride), String(total)], { stdio: ["pipe", "pipe", "inherit"] });
  let answer = "";
  const problems: Error[] = [];
  child.on("error", (e) => problems.push(e));
  child.stdin.on("error", () => {}); // Python ended early: its exit code says so
  child.stdout.setEncoding("utf8").on("data", (text) => {
    answer += text;
  });
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  let different = 0;
  for (let first = 0; first < total && problems.length === 0 && child.exitCode === null; first += BLOCK) {
    const words = new Uint32Array(Math.min(BLOCK, total - first));
    for (let i = 0; i < words.length; i++) words[i] = (first + i) * stride;
    const [measured, ...others] = kernels.map((k) => k.math(name, new Float32Array(words.buffer)));
    for (const other of others) different += differences(measured, other);
    if (!child.stdin.write(bytesOf(measured))) {
      await Promise.race([new Promise((resolve) => child.stdin.once("drain", resolve)), closed]);
    }
  }
  child.stdin.end();
  const code = await closed;
  if (problems.length > 0) throw new Error(`cannot run ${python}; set ZOO_PYTHON`, { cause: problems[0] });
  if (code !== 0) throw new Error(`${python} measure.py ended with exit code ${code}, see above; set ZOO_PYTHON`);
  return { ...(JSON.parse(answer) as Omit<Errors, "builds_differ">), builds_differ: different };
}

/** How many results differ in bits; one NaN is as good as another. */
function differences(a: Float32Array, b: Float32Array): number {
  if (Buffer.compare(bytesOf(a), bytesOf(b)) === 0) return 0;
  let count = 0;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) count++;
  return count;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) => new Uint8Array(buffer, byteOffset, byteLength);
