// Worst errors of the kernels' exp, log, tanh, erf and sigmoid over float32 inputs: npm run ulp -- --help
// Node computes the results block by block; measure.py compares them with float64 NumPy and SciPy.
import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const engineUrl = new URL("../../packages/engine/dist/", import.meta.url);
const { loadNativeKernels, loadWasmKernels } = await import(new URL("node.js", engineUrl));
const { mathFunctions } = await import(new URL("kernels.js", engineUrl));

const usage = `npm run ulp -- [--stride 1] [--functions ${mathFunctions.join()}] [--engines native,wasm,wasm-strict] [--out results.json]

--stride     1 measures all 2^32 inputs (about half an hour of a core); 4001 takes some seconds
--engines    the first is measured, the others must give the same bits; of native, wasm, wasm-strict
--out        also write the results to this file
ZOO_PYTHON names a Python with numpy and scipy (default python3).
`;

const loaders = {
  native: () => loadNativeKernels(),
  wasm: () => loadWasmKernels(),
  "wasm-strict": () => loadWasmKernels(true),
};
const BLOCK = 2 ** 20;

const { values: options } = parseArgs({
  options: {
    stride: { type: "string", default: "1" },
    functions: { type: "string", default: mathFunctions.join() },
    engines: { type: "string", default: "native,wasm,wasm-strict" },
    out: { type: "string" },
    help: { type: "boolean" },
  },
});
if (options.help) {
  console.log(usage);
  process.exit();
}
const stride = Number(options.stride);
if (!Number.isInteger(stride) || stride < 1 || stride > 2 ** 31) {
  throw new RangeError(`--stride must be an integer in 1..2^31, got ${options.stride}`);
}
const total = Math.ceil(2 ** 32 / stride);
const engines = [];
for (const name of options.engines.split(",")) {
  if (!loaders[name]) throw new RangeError(`--engines knows ${Object.keys(loaders).join(", ")}; got ${name}`);
  engines.push((await loaders[name]()).kernels);
}

const functions = {};
for (const name of options.functions.split(",")) {
  if (!mathFunctions.includes(name)) {
    throw new RangeError(`--functions knows ${mathFunctions.join(", ")}; got ${name}`);
  }
  functions[name] = await measure(name);
  console.error(line(name, functions[name]));
}
const result = {
  stride,
  inputs: total,
  engines: engines.map(({ id }) => id),
  machine: { cpu: cpus()[0]?.model ?? "unknown", node: process.version },
  functions,
};
const json = `${JSON.stringify(result, null, 1)}\n`;
if (options.out) await writeFile(options.out, json);
else process.stdout.write(json);
if (Object.values(functions).some((f) => f.engines_differ > 0 || f.wrong_specials > 0)) process.exitCode = 1;

/** Streams one function's results to measure.py and returns its summary. */
async function measure(name) {
  const script = fileURLToPath(new URL("measure.py", import.meta.url));
  const command = process.env.ZOO_PYTHON || "python3";
  const python = spawn(command, [script, name, String(stride), String(total)], { stdio: ["pipe", "pipe", "inherit"] });
  let answer = "";
  let problem = null;
  python.on("error", (e) => {
    problem = e;
  });
  python.stdin.on("error", () => {}); // python ended early: its exit code says so
  python.stdout.setEncoding("utf8").on("data", (text) => {
    answer += text;
  });
  const closed = new Promise((resolve) => python.on("close", resolve));
  let different = 0;
  for (let first = 0; first < total; first += BLOCK) {
    const words = new Uint32Array(Math.min(BLOCK, total - first));
    for (let i = 0; i < words.length; i++) words[i] = (first + i) * stride;
    const inputs = new Float32Array(words.buffer);
    const [measured, ...others] = engines.map((kernels) => kernels.math(name, inputs));
    for (const other of others) different += differences(measured, other);
    if (!python.stdin.write(bytesOf(measured)))
      await Promise.race([new Promise((resolve) => python.stdin.once("drain", resolve)), closed]);
    if (python.exitCode !== null || problem !== null) break;
  }
  python.stdin.end();
  const code = await closed;
  if (problem !== null) throw new Error(`cannot run ${command} (${problem.message}); set ZOO_PYTHON`);
  if (code !== 0) throw new Error(`measure.py ended with exit code ${code}, see above; set ZOO_PYTHON`);
  return { ...JSON.parse(answer), engines_differ: different };
}

/** How many results differ in bits; one NaN is as good as another. */
function differences(a, b) {
  if (Buffer.compare(bytesOf(a), bytesOf(b)) === 0) return 0;
  let count = 0;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) count++;
  return count;
}

function bytesOf({ buffer, byteOffset, byteLength }) {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function line(name, { worst_ulp, worst_input, mean_ulp, range, wrong_specials }) {
  const at = `at ${worst_input.value} (${worst_input.bits})`;
  const quality = `worst ${worst_ulp.toFixed(3)} ulp ${at}, mean ${mean_ulp.toFixed(3)}`;
  return `${name}: ${quality}, results in [${range}], ${wrong_specials} wrong special values`;
}
