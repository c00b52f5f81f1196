import { checkZoo, isZooError, memoryStorage, openZoo } from "../src/index.ts";
import { type Files, fixHashes, mutate, random } from "./mutate.ts";

export interface FuzzReport {
  runs: number;
  /** Refused with a ZooError, or found to have faults. */
  refused: number;
  /** Read in full, with consistent shapes. */
  accepted: number;
  /** Anything else, with what reproduces it. */
  failures: string[];
}

/**
 * Damages a zoo at random, `runs` times, and reads all of it. Every time a reader must refuse with a ZooError or give data:
 * the same data as before where the checksums still have to hold.
 */
export async function fuzz(zoo: Files, seed: number, runs: number): Promise<FuzzReport> {
  const report: FuzzReport = { runs, refused: 0, accepted: 0, failures: [] };
  const intact = await readAll(zoo);
  for (let run = 0; run < runs; run++) {
    const next = random(seed + Math.imul(run, 0x9e3779b1));
    const files = new Map(zoo);
    const names = [...files.keys()].filter((name) => !name.endsWith(".md") && name !== "croissant.json");
    for (let changes = 1 + Math.floor(next() * 3); changes > 0; changes--) {
      const name = names[Math.floor(next() * names.length)];
      const bytes = files.get(name) as Uint8Array;
      if (bytes.length > 0) files.set(name, mutate(bytes, next));
    }
    const fixed = next() < 0.6;
    if (fixed) fixHashes(files);
    try {
      const found = await readAll(files);
      if (!fixed && found.faults > 0) report.refused++;
      else if (fixed || sameData(found, intact)) report.accepted++;
      else report.failures.push(`run ${run}: other data was read without an error`);
    } catch (e) {
      if (isZooError(e)) report.refused++;
      else report.failures.push(`run ${run}: ${e instanceof Error ? e.stack : JSON.stringify(e)}`);
    }
  }
  return report;
}

async function readAll(files: Files) {
  const zoo = await openZoo(memoryStorage(files));
  const { states, measured, models: count, layout } = zoo.manifest;
  const metrics = await zoo.metrics();
  const weights: Float32Array[] = [];
  for (const epoch of states) {
    const { data, shape } = await zoo.weightsAt(epoch);
    if (data.length !== count * layout.D || shape.join() !== `${count},${layout.D}`) throw new Error("internal: shape");
    weights.push(data);
  }
  const [first] = zoo.models.rows;
  const trajectory = await zoo.trajectory(first);
  const state = await zoo.stateDict(first, states[states.length - 1]);
  if (trajectory.data.length !== states.length * layout.D) throw new Error("internal: trajectory");
  if (Object.values(state).reduce((sum, { data }) => sum + data.length, 0) !== layout.D)
    throw new Error("internal: state");
  if (metrics.length !== count * measured.length) throw new Error("internal: metrics");
  const faults = (await checkZoo(memoryStorage(files))).length;
  return { faults, weights, models: zoo.models.rows, metrics: metrics.columns };
}

type Data = Awaited<ReturnType<typeof readAll>>;

type Numbers = Float32Array | Float64Array | Int32Array;

function same(x: Numbers, y: Numbers): boolean {
  return (
    Buffer.compare(
      new Uint8Array(x.buffer, x.byteOffset, x.byteLength),
      new Uint8Array(y.buffer, y.byteOffset, y.byteLength),
    ) === 0
  );
}

function sameData(a: Data, b: Data): boolean {
  return (
    JSON.stringify(a.models) === JSON.stringify(b.models) &&
    a.weights.length === b.weights.length &&
    a.weights.every((epoch, e) => same(epoch, b.weights[e])) &&
    Object.entries(a.metrics).every(([name, column]) => same(column, b.metrics[name as keyof Data["metrics"]]))
  );
}
