// npm run perf:analysis -- [--python PYTHON] [--zoo ZOO] [--rounds 3] [--cores N] [--question NAME ...] [--share 1] [--out docs/results/analysis-perf]
// Questions about populations, answered by @zoo/analysis and by Python in turns on the same data and cores; results are compared.
// Without --zoo a made-up one is written to a temporary folder. --share .1 asks about a tenth of all models and images.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findCompiler, findVectors } from "@zoo/engine/node";
import { openZoo } from "@zoo/format/node";
import { writeImages, writeWalkingZoo, writeWeights } from "./analysis-data.ts";
import { analysisQuestions, analysisSizes, type Sizes } from "./analysis-questions.ts";
import { renderAnalysis } from "./analysis-report.ts";
import type { AnalysisResults, AnalysisRow, Turn } from "./analysis-results.ts";
import { Contender } from "./contender.ts";
import { summarize } from "./statistics.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== "--"),
  options: {
    python: { type: "string", default: process.env.ZOO_PYTHON ?? "python3" },
    zoo: { type: "string" },
    rounds: { type: "string", default: "3" },
    cores: { type: "string", default: String(availableParallelism()) },
    question: { type: "string", multiple: true, default: Object.keys(analysisQuestions) },
    share: { type: "string", default: "1" },
    out: { type: "string", default: join(root, "docs/results/analysis-perf") },
  },
});
const [rounds, cores, share] = [values.rounds, values.cores, values.share].map(Number);
const log = (text: string): void => void process.stderr.write(`${text}\n`);
const unknown = values.question.find((name) => !(name in analysisQuestions));
if (unknown !== undefined) {
  throw new Error(`--question must be one of ${Object.keys(analysisQuestions).join(", ")}, got "${unknown}"`);
}
for (const name of ["OMP", "OPENBLAS", "MKL", "NUMEXPR"]) process.env[`${name}_NUM_THREADS`] = values.cores;

const folder = mkdtempSync(join(tmpdir(), "zoo-perf-"));
try {
  const load = loadavg()[0];
  const { sizes, data } = await prepare();
  const questions: AnalysisResults["questions"] = [];
  for (const name of values.question) {
    log(name);
    questions.push({ name, title: analysisQuestions[name].title(sizes), rows: await compare(name) });
  }
  const results: AnalysisResults = {
    ...(await circumstances()),
    data,
    load: [load, loadavg()[0]],
    rounds,
    cores,
    sizes: { ...sizes, zoo: "" },
    questions,
  };
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, "results.json"), `${JSON.stringify(results, null, 2)}\n`);
  const report = renderAnalysis(results);
  writeFileSync(join(values.out, "README.md"), report);
  process.stdout.write(report);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Writes what all contenders read. */
async function prepare(): Promise<{ sizes: Sizes; data: string }> {
  const path = resolve(values.zoo ?? join(folder, "zoo"));
  const part = Object.fromEntries(
    Object.entries(analysisSizes).map(([name, size]) => [name, Math.max(8, Math.ceil(size * share))]),
  ) as Omit<typeof analysisSizes, never>;
  if (values.zoo === undefined) {
    log("writing a zoo");
    await writeWalkingZoo(path, Math.max(Math.ceil(part.states / 51), part.askedModels));
  }
  const zoo = await openZoo(path);
  try {
    const { name, layout } = zoo.manifest;
    const most = Math.max(part.pairModels, part.askedModels, part.neighbourRows);
    const found = await writeWeights(zoo, most, join(folder, "weights.f32"));
    if (found < most) throw new Error(`${path} has too few states: ${found} of the ${most} that are asked about`);
    const states = Math.min(part.states, zoo.models.rows.length * zoo.states.length);
    const sizes: Sizes = { ...part, states, D: layout.D, cores, zoo: path, scale: 1, shift: 0 };
    const { about, ...affine } = await writeImages(folder, sizes);
    Object.assign(sizes, affine);
    writeFileSync(join(folder, "sizes.json"), JSON.stringify(sizes));
    const size = `${zoo.models.rows.length} models x ${zoo.states.length} states x ${layout.D}`;
    return { sizes, data: `zoo ${name}, ${size}; images: ${about}` };
  } finally {
    await zoo.close();
  }
}

/** Ours first, because the peers read what it writes. */
async function compare(name: string): Promise<AnalysisRow[]> {
  const { peers, others = {}, tolerance } = analysisQuestions[name];
  const tsx = [process.execPath, "--import", "tsx", "--conditions", "@zoo/source"];
  const [ours, theirs] = [fileURLToPath(new URL("analysis-ours.ts", import.meta.url)), "tools/peers/bench_analysis.py"];
  const commands = [
    ...[name, ...Object.keys(others)].map((way) => ({ way, command: [...tsx, ours, name, way, folder] })),
    ...Object.keys(peers).map((way) => ({ way, command: [values.python, join(root, theirs), name, way, folder] })),
  ];
  const rows: AnalysisRow[] = [];
  const contenders: { way: string; contender: Contender<Turn>; turns: Turn[] }[] = [];
  for (const { way, command } of commands) {
    const contender = await Contender.start<Turn>(`${name}, ${way}`, command);
    if (contender === null) log(`${name}: ${way} does not run here, see above`);
    else contenders.push({ way, contender, turns: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { way, contender, turns } of contenders) {
      turns.push(...(await contender.measure(1)));
      log(`  round ${round + 1}: ${way} ${turns[turns.length - 1].seconds.toFixed(3)} s`);
    }
  }
  for (const { way, contender, turns } of contenders) {
    contender.stop();
    const ours = way === name || way in others;
    const last = turns[turns.length - 1];
    const { peakMiB: _, seconds: __, parts, ...about } = last;
    const difference = way === name || way in others ? null : differenceOf(name, way);
    if (difference !== null && !about.approximate && !(difference <= tolerance)) {
      throw new Error(`${name}: ${way} differs from ours by ${difference}, more than ${tolerance}`);
    }
    rows.push({
      by: ours ? "ours" : "python",
      way: ours ? (others[way] ?? last.engine ?? way) : peers[way],
      seconds: summarize(turns.map(({ seconds }) => seconds)),
      parts: Object.fromEntries(
        Object.keys(parts ?? {}).map((part) => [
          part,
          summarize(turns.map((turn) => turn.parts?.[part] ?? Number.NaN)),
        ]),
      ),
      readyMiB: contender.readyMiB,
      peakMiB: Math.max(...turns.map(({ peakMiB }) => peakMiB)),
      difference,
      ...about,
    });
  }
  return rows;
}

/** Largest difference of two results over the largest value of ours; of the first values where the peer has fewer. */
function differenceOf(name: string, way: string): number {
  const [ours, theirs] = [name, way].map((one) => {
    const bytes = readFileSync(join(folder, `${name}.${one}.f64`));
    return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  });
  let [scale, apart] = [0, 0];
  for (const [i, their] of theirs.entries()) {
    scale = Math.max(scale, Math.abs(ours[i]));
    const difference = Math.abs(ours[i] - their);
    if (!(difference <= apart)) apart = difference;
  }
  return apart / scale;
}

async function circumstances(): Promise<Pick<AnalysisResults, "date" | "commit" | "machine" | "software">> {
  const git = (...args: string[]): string => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();
  const compiler = await findCompiler();
  const vectors = compiler && (await findVectors(compiler));
  const script =
    "import sys,importlib.metadata as m;print(sys.version.split()[0],*[f'{n} {m.version(n)}' for n in sys.argv[1:]],sep=', ')";
  const packages = ["numpy", "scipy", "scikit-learn", "torch"];
  const python = execFileSync(values.python, ["-c", script, ...packages], { encoding: "utf8" }).trim();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: git("rev-parse", "--short", "HEAD") + (git("status", "--porcelain", "packages") ? " with changes" : ""),
    machine: {
      cpu: cpus()[0].model,
      cores: cpus().length,
      GiB: Math.round(totalmem() / 2 ** 30),
      vectors: vectors?.name ?? "WebAssembly",
      compiler: compiler?.version ?? "none",
    },
    software: `node ${process.version}, Python ${python}`,
  };
}
