// npm run ulp -- --help
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Build, builds, type Errors, functions, inputsOf, type MathFunction, measure } from "./measure.ts";

const usage = `npm run ulp -- [--stride N] [--functions ${functions.join()}] [--builds ${Object.keys(builds).join()}] [--out FILE]

Errors of the kernels' functions against float64 NumPy and SciPy, over every N-th float32.
--stride    1 (default) measures all 2^32 inputs, about half an hour of a core; 4001 takes some seconds
--builds    the first is measured, the others must give the same bits
--out       write the JSON to a file instead of stdout
ZOO_PYTHON names a Python with numpy and scipy (default python3).
`;

const { values: options } = parseArgs({
  options: {
    stride: { type: "string", default: "1" },
    functions: { type: "string", default: functions.join() },
    builds: { type: "string", default: Object.keys(builds).join() },
    out: { type: "string" },
    help: { type: "boolean" },
  },
});
if (options.help) {
  process.stdout.write(usage);
} else {
  const stride = Number(options.stride);
  if (!Number.isInteger(stride) || stride < 1 || stride > 2 ** 20) {
    throw new RangeError(`--stride must be an integer in 1..2^20, got ${options.stride}`);
  }
  const kernels = await Promise.all(
    oneOf("--builds", options.builds, Object.keys(builds) as Build[]).map(
      async (name) => (await builds[name]()).kernels,
    ),
  );
  const measured: Partial<Record<MathFunction, Errors>> = {};
  for (const name of oneOf("--functions", options.functions, functions)) {
    const errors = await measure(name, stride, kernels, process.env.ZOO_PYTHON || "python3");
    measured[name] = errors;
    console.error(line(name, errors));
  }
  const result = {
    stride,
    inputs: inputsOf(stride),
    builds: kernels.map(({ id }) => id),
    machine: { cpu: cpus()[0]?.model ?? "unknown", node: process.version },
    functions: measured,
  };
  const json = `${JSON.stringify(result, null, 1)}\n`;
  // npm and pnpm change into the package's folder; a path is meant from where the command was typed.
  if (options.out) await writeFile(resolve(process.env.INIT_CWD ?? ".", options.out), json);
  else process.stdout.write(json);
  if (Object.values(measured).some((e) => e.builds_differ > 0 || e.wrong_specials > 0)) process.exitCode = 1;
}

function oneOf<T extends string>(option: string, list: string, known: readonly T[]): T[] {
  return list.split(",").map((name) => {
    if (!known.includes(name as T)) throw new RangeError(`${option} knows ${known.join(", ")}; got ${name}`);
    return name as T;
  });
}

function line(
  name: string,
  { worst_ulp, worst_input, mean_ulp, range, wrong_specials, builds_differ }: Errors,
): string {
  const worst = `worst ${worst_ulp.toFixed(3)} ulp at ${worst_input.value} (${worst_input.bits})`;
  const rest = `${wrong_specials} wrong special values, ${builds_differ} differences between builds`;
  return `${name}: ${worst}, mean ${mean_ulp.toFixed(3)}, results in [${range.join(", ")}], ${rest}`;
}
