import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Json, ZooError } from "@zoo/format";
import { makeFolder, type NamedTensors, readCheckpoint, replaceFile, writeCheckpoint } from "@zoo/format/node";
import type { EpochLosses, TrainerState } from "./hyperrep-trainer.ts";
import type { Tensors, Tf } from "./tf.ts";
import { type LossParts, lossParts } from "./training-loss.ts";

const CHECKPOINT = "checkpoint.safetensors";
const RUN = "run.json";

/**
 * The folder of a training run: `run.json` says of what, `checkpoint.safetensors` is replaced in one step after an epoch. Throws ZooError `zoo-exists`
 * where the folder is of another run.
 */
export async function openRun(folder: string, identity: { [key: string]: Json }): Promise<void> {
  await makeFolder(folder);
  const path = join(folder, RUN);
  const text = `${JSON.stringify(identity, null, 2)}\n`;
  if (!existsSync(path)) return await replaceFile(path, [new TextEncoder().encode(text)]);
  if (readFileSync(path, "utf8") === text) return;
  const rule = "is of a run with another zoo, configuration, seed or backend";
  throw new ZooError("zoo-exists", `${folder}: ${rule}; choose another folder with --checkpoint, or remove this one`, {
    path: folder,
    rule,
  });
}

const COLUMNS = 2 + 2 * lossParts.length;

/** Writes all of a state. */
export async function saveRun(
  folder: string,
  { parameters, optimiser, running, plateau, curve, best }: TrainerState,
): Promise<void> {
  const tensors: NamedTensors = {};
  const add = (prefix: string, map: ReadonlyMap<string, Float32Array>): void => {
    for (const [name, data] of map) tensors[`${prefix}/${name}`] = { dtype: "F32", shape: [data.length], data };
  };
  add("parameter", downloaded(parameters));
  add("first", downloaded(optimiser.first));
  add("second", downloaded(optimiser.second));
  add("running", running);
  add("best", best.parameters);
  const numbers = [optimiser.steps, plateau.lr, plateau.best, plateau.bad, best.epoch, best.loss];
  tensors["state"] = { dtype: "F64", shape: [numbers.length], data: Float64Array.from(numbers) };
  const rows = curve.flatMap(({ epoch, lr, train, validation }) => [
    epoch,
    lr,
    ...lossParts.map((part) => train[part]),
    ...lossParts.map((part) => validation[part]),
  ]);
  tensors["curve"] = { dtype: "F64", shape: [curve.length, COLUMNS], data: Float64Array.from(rows) };
  await writeCheckpoint(join(folder, CHECKPOINT), { epoch: curve.length, tensors });
}

/** The state that was saved last; null where there is none, or it is damaged. shapes: of the parameters. */
export async function loadRun(
  tf: Tf,
  folder: string,
  list: readonly { name: string; shape: number[] }[],
): Promise<TrainerState | null> {
  const checkpoint = await readCheckpoint(join(folder, CHECKPOINT));
  if (checkpoint === null) return null;
  const { tensors } = checkpoint;
  const some = (prefix: string): Map<string, Float32Array> =>
    new Map(
      Object.entries(tensors).flatMap(([name, { data }]) =>
        name.startsWith(`${prefix}/`) ? [[name.slice(prefix.length + 1), data as Float32Array] as const] : [],
      ),
    );
  const uploaded = (prefix: string): Tensors => {
    const found = some(prefix);
    return new Map(list.map(({ name, shape }) => [name, tf.tensor(found.get(name) as Float32Array, shape)]));
  };
  const [steps, lr, bestOfPlateau, bad, bestEpoch, bestLoss] = tensors["state"].data;
  return {
    parameters: uploaded("parameter"),
    optimiser: { steps, first: uploaded("first"), second: uploaded("second") },
    running: some("running"),
    plateau: { lr, best: bestOfPlateau, bad },
    curve: curveOf(tensors["curve"].data as Float64Array),
    best: { epoch: bestEpoch, loss: bestLoss, parameters: some("best") },
  };
}

function curveOf(data: Float64Array): EpochLosses[] {
  return Array.from({ length: data.length / COLUMNS }, (_, i) => {
    const row = data.subarray(i * COLUMNS, (i + 1) * COLUMNS);
    const read = (at: number): LossParts =>
      Object.fromEntries(lossParts.map((part, k) => [part, row[at + k]])) as unknown as LossParts;
    return { epoch: row[0], lr: row[1], train: read(2), validation: read(2 + lossParts.length) };
  });
}

const downloaded = (tensors: Tensors): Map<string, Float32Array> =>
  new Map(Array.from(tensors, ([name, tensor]) => [name, Float32Array.from(tensor.dataSync())] as const));
