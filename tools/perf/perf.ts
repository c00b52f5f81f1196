// npm run perf -- [--python PYTHON] [--arch NAME ...] [--rounds 5] [--seconds 4] [--models 1000] [--images 10000] [--core 0] [--out docs/results/perf] [--only training] [--zoo ZOO]
// Our engines and the peers take turns on one core; medians and spreads go to results.json and README.md.
// Then analysis.ts, with --python, --rounds and --zoo, unless --only training.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findCompiler, findVectors } from "@zoo/engine/node";
import { architectures } from "@zoo/format";
import { askPopulations } from "./ask-populations.ts";
import { Contender, type Row } from "./contender.ts";
import { endToEnd } from "./end-to-end.ts";
import { flopsPerSample } from "./flops.ts";
import { renderReport } from "./report.ts";
import type { Comparison, Results } from "./results.ts";
import { median, summarize } from "./statistics.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    python: { type: "string", default: process.env.ZOO_PYTHON ?? "python3" },
    arch: { type: "string", multiple: true, default: ["cnn-s-1ch", "cnn-s-3ch", "cnn-l"] },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "4" },
    models: { type: "string", default: "1000" },
    images: { type: "string", default: "10000" },
    core: { type: "string", default: "0" },
    out: { type: "string", default: join(root, "docs/results/perf") },
    only: { type: "string" },
    zoo: { type: "string" },
  },
});
if (values.only !== undefined && values.only !== "training") {
  throw new Error(`--only must be training, got "${values.only}"; analysis alone is npm run perf:analysis`);
}
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const pinned = process.platform === "linux" ? ["taskset", "-c", values.core] : [];
const log = (text: string) => process.stderr.write(`${text}\n`);

const compiler = await findCompiler();
const vectors = compiler && (await findVectors(compiler));
if (!compiler || !vectors) throw new Error("npm run perf needs a C++ compiler and fused multiply-add");
const scratch = mkdtempSync(join(tmpdir(), "zoo-perf-"));

/** GFLOP/s of one core at `lanes` lanes. */
function compilePeak(lanes: number): () => number {
  const binary = join(scratch, `peak-${lanes}`);
  const flags = ["-O3", "-std=c++17", "-march=native", "-ffp-contract=off", "-w", `-DZOO_LANES=${lanes}`];
  const source = fileURLToPath(new URL("peak.cc", import.meta.url));
  execFileSync(compiler!.command, [...flags, "-I", join(root, "packages/engine/native"), source, "-o", binary]);
  return () => {
    const [command, ...args] = [...pinned, binary, "3"];
    return Math.max(...execFileSync(command, args, { encoding: "utf8" }).trim().split("\n").map(Number));
  };
}

const tsx = [process.execPath, "--import", "tsx", "--conditions", "@zoo/source"];
const ours = fileURLToPath(new URL("ours.ts", import.meta.url));
const peers = join(root, "tools/peers/bench_peers.py");

async function compare(arch: keyof typeof architectures): Promise<Comparison> {
  const commands: [string, string[]][] = [
    ["native", [...pinned, ...tsx, ours, "native", arch]],
    ...(vectors!.lanes === 16 ? [["avx2", [...pinned, ...tsx, ours, "8", arch]] satisfies [string, string[]]] : []),
    ["wasm", [...pinned, ...tsx, ours, "wasm", arch]],
    ...["torch", "vmap", "jax"].map((peer): [string, string[]] => [
      peer,
      [...pinned, values.python, peers, "--peer", peer, "--arch", arch, "--serve"],
    ]),
  ];
  const contenders: Contender[] = [];
  for (const [name, command] of commands) {
    log(`${arch}: ${name} sets up and checks its gradients`);
    const contender = await Contender.start(name, command);
    if (contender === null) log(`${arch}: ${name} does not run here, see above`);
    else contenders.push(contender);
  }
  const peaks = [...new Set([4, Math.min(8, vectors!.lanes), vectors!.lanes])].map((lanes) => ({
    lanes,
    run: compilePeak(lanes),
    seen: [] as number[],
  }));
  const rows = new Map<string, Row>();
  for (let round = 1; round <= rounds; round++) {
    for (const peak of peaks) peak.seen.push(peak.run());
    for (const contender of contenders) {
      for (const row of await contender.measure(seconds)) {
        const key = `${row.peer} ${row.variant} ${row.models}`;
        const seen = rows.get(key);
        for (const field of ["samples_per_s", "samples_per_cpu_s", "evaluated_per_s"] as const) {
          if (seen && row[field]) seen[field] = [...(seen[field] ?? []), ...row[field]];
        }
        if (!seen) rows.set(key, row);
      }
    }
    log(`${arch}: round ${round} of ${rounds} done`);
  }
  for (const contender of contenders) contender.stop();
  return {
    arch,
    flops: flopsPerSample(architectures[arch]),
    peaks: peaks.map(({ lanes, seen }) => ({ lanes, gflops: summarize(seen) })),
    rows: [...rows.values()].map(({ samples_per_s, samples_per_cpu_s, evaluated_per_s, ...about }) => ({
      ...about,
      perS: summarize(samples_per_s),
      perCpuS: summarize(samples_per_cpu_s),
      evaluatedPerS: evaluated_per_s && summarize(evaluated_per_s),
    })),
  };
}

const comparisons: Comparison[] = [];
for (const arch of values.arch) {
  if (!(arch in architectures))
    throw new Error(`--arch must be one of ${Object.keys(architectures).join(", ")}, got "${arch}"`);
  comparisons.push(await compare(arch as keyof typeof architectures));
}
const populations: Awaited<ReturnType<typeof askPopulations>>[] = [];
for (const arch of values.arch) {
  log(`${arch}: questions of populations`);
  const lanes = vectors.lanes === 16 ? ["widest", "8"] : ["widest"];
  const program = [...pinned, ...tsx, fileURLToPath(new URL("population.ts", import.meta.url))];
  const ours = lanes.map((width) => [...program, width, arch, values.models, values.images]);
  const script = join(root, "tools/peers/bench_population.py");
  const theirs = [...pinned, values.python, script, "--arch", arch];
  populations.push(await askPopulations(arch, [...ours, theirs], rounds, seconds));
}
log("end to end: zoo-gen run against the kernels alone");
const whole = await endToEnd(root, pinned);
rmSync(scratch, { recursive: true });

const git = (...args: string[]) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
const results: Results = {
  date: new Date().toISOString().slice(0, 10),
  commit: git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "packages") ? " with changes" : ""),
  machine: { cpu: cpus()[0].model, cores: cpus().length, vectors: vectors.name, compiler: compiler.version },
  software: { node: process.version, ...comparisons[0].rows.reduce((all, row) => ({ ...all, ...row.versions }), {}) },
  recipe: { batch_size: 10, optimizer: "adam", activation: "tanh", dropout: 0 },
  rounds,
  seconds,
  comparisons,
  populations,
  endToEnd: whole,
};
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
const report = renderReport(results);
writeFileSync(join(values.out, "README.md"), report);
process.stdout.write(report);
log(`median of peaks: ${comparisons.map(({ peaks }) => median(peaks.map(({ gflops }) => gflops.median))).join(", ")}`);
if (values.only === undefined) {
  const [command, ...args] = [...tsx, fileURLToPath(new URL("analysis.ts", import.meta.url))];
  const zoo = values.zoo === undefined ? [] : ["--zoo", values.zoo];
  execFileSync(command, [...args, "--python", values.python, "--rounds", values.rounds, ...zoo], { stdio: "inherit" });
}
