// PCA of states streamed from a file, neighbours and TwoNN of models, and a UMAP map; with --python beside scikit-learn and umap-learn
// on the same numbers and cores. Every task runs in a process of its own, so that its peak of memory is its own.
// From this package: npx tsx --conditions=@zoo/source perf/maps.ts [--states 51000] [--models 2000] [--points 5000] [--tasks pca,neighbours,umap] [--python PYTHON]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Dense } from "@zoo/engine";
import { loadEngine } from "@zoo/engine/node";
import { principalComponents } from "../src/dimension/principal-components.ts";
import type { RowSource } from "../src/dimension/row-source.ts";
import { neighbourRatios, twoNnFit } from "../src/dimension/two-nn.ts";
import { mapQuality } from "../src/maps/map-quality.ts";
import { umapMap } from "../src/maps/umap-map.ts";
import { umapPresets } from "../src/maps/umap-presets.ts";

const D = 2464;
const EPOCHS = 51;
const K = 50;
const { values } = parseArgs({
  options: {
    states: { type: "string", default: "51000" },
    models: { type: "string", default: "2000" },
    points: { type: "string", default: "5000" },
    tasks: { type: "string", default: "pca,neighbours,umap" },
    python: { type: "string" },
    /** Of a task's own process: the file of its rows. */
    file: { type: "string" },
  },
});

/** What a task found, and what it took. */
interface Timing {
  seconds: number;
  peakMiB: number;
  found: Record<string, number | number[]>;
}

if (values.file === undefined) compare();
else await runTask(values.tasks, values.file);

function compare(): void {
  const folder = mkdtempSync(join(tmpdir(), "zoo-perf-"));
  try {
    for (const task of values.tasks.split(",")) {
      const rows = Number(task === "pca" ? values.states : task === "umap" ? values.points : values.models);
      const columns = task === "umap" ? K : D;
      const file = join(folder, `${task}.f32`);
      writeStates(file, rows, columns);
      const self = ["--conditions=@zoo/source", "--import", "tsx", fileURLToPath(import.meta.url)];
      const ours = JSON.parse(run(process.execPath, [...self, "--tasks", task, "--file", file])) as Timing;
      console.log(JSON.stringify({ task, rows, columns, by: "ours", ...ours }));
      if (values.python === undefined) continue;
      const script = fileURLToPath(new URL("./maps.py", import.meta.url));
      for (const line of run(values.python, [script, task, file, String(columns)])
        .trim()
        .split("\n")) {
        const theirs = JSON.parse(line) as Timing & { by: string; exact: boolean };
        console.log(JSON.stringify({ task, rows, columns, ...theirs, worst: worst(task, ours, theirs) }));
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * How far the results are apart: relative, of the leading variances and the fitted dimension; in trustworthiness, of a map.
 * Throws where they do not agree with a route that is exact.
 */
function worst(task: string, ours: Timing, theirs: Timing & { by: string; exact: boolean }): number {
  const limit = { pca: 1e-5, neighbours: 1e-5, umap: 0.02 }[task] ?? 0;
  let apart = 0;
  for (const [name, value] of Object.entries(theirs.found)) {
    const mine = [ours.found[name]].flat();
    for (const [i, their] of [value].flat().entries()) {
      const difference = task === "umap" ? their - mine[i] : Math.abs(mine[i] / their - 1);
      apart = Math.max(apart, difference);
    }
  }
  if (theirs.exact && !(apart <= limit)) throw new Error(`${task}: ours and ${theirs.by} are ${apart} apart`);
  return apart;
}

async function runTask(task: string, file: string): Promise<void> {
  const engine = await loadEngine("auto");
  const { dense } = engine;
  const since = performance.now();
  const found = await { pca, neighbours, umap }[task as "pca"](dense, file);
  const seconds = (performance.now() - since) / 1000;
  console.log(JSON.stringify({ seconds, peakMiB: process.resourceUsage().maxRSS / 1024, found } satisfies Timing));
}

async function pca(dense: Dense, file: string): Promise<Timing["found"]> {
  const { variance, passes } = await principalComponents(dense, await fileRows(file, D), { k: K, seed: 1 });
  return { variance: Array.from(variance.subarray(0, 10)), passes };
}

async function neighbours(dense: Dense, file: string): Promise<Timing["found"]> {
  const { ratios } = await neighbourRatios(dense, floats(file), D);
  return { dimension: twoNnFit(ratios) };
}

async function umap(dense: Dense, file: string): Promise<Timing["found"]> {
  const rows = floats(file);
  const map = await umapMap(dense, rows, K, { ...umapPresets.umap, seed: 1 });
  const sample = Math.min(2000, rows.length / K);
  const { trustworthiness } = await mapQuality(dense, rows.slice(0, sample * K), K, map.slice(0, sample * 2));
  return { trustworthiness };
}

function floats(file: string): Float32Array {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}

/** Rows of a file, read again in each pass. */
async function fileRows(file: string, columns: number): Promise<RowSource> {
  const handle = await open(file);
  const rows = (await handle.stat()).size / (4 * columns);
  const blockRows = 3072;
  return {
    rows,
    columns,
    async *blocks() {
      for (let first = 0; first < rows; first += blockRows) {
        const data = new Float32Array(Math.min(blockRows, rows - first) * columns);
        await handle.read(new Uint8Array(data.buffer), 0, data.byteLength, first * columns * 4);
        yield { first, count: data.length / columns, data };
      }
    },
  };
}

/** Random walks of models through 300 directions of falling strength, with noise: [rows, columns], by epoch, then model. */
function writeStates(file: string, rows: number, columns: number): void {
  const M = Math.ceil(rows / EPOCHS);
  let state = 1;
  const draw = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 2 ** 32 - 0.5;
  const factors = Math.min(300, columns);
  const directions = Float32Array.from({ length: factors * columns }, () => draw());
  const places = Float32Array.from({ length: M * factors }, (_, at) => (4 * draw()) / Math.sqrt(1 + (at % factors)));
  const out = Buffer.alloc(M * columns * 4);
  const slab = new Float32Array(out.buffer, out.byteOffset, M * columns);
  writeFileSync(file, "");
  for (let first = 0; first < rows; first += M) {
    for (let m = 0; m < M; m++) {
      const row = slab.subarray(m * columns, (m + 1) * columns);
      for (let d = 0; d < columns; d++) row[d] = 0.2 * draw();
      for (let step = 0; step < 12; step++) {
        const f = (m * 7 + step * 31) % factors; // each model walks through 12 of the directions
        places[m * factors + f] += (0.5 * draw()) / Math.sqrt(1 + f);
        const place = places[m * factors + f];
        for (let d = 0; d < columns; d++) row[d] += place * directions[f * columns + d];
      }
    }
    writeFileSync(file, out.subarray(0, Math.min(M, rows - first) * columns * 4), { flag: "a" });
  }
}

function run(command: string, args: readonly string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}
