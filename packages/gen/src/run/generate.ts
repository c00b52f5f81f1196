import type { ImageDataset } from "@zoo/data";
import { NUMERICS_VERSION } from "@zoo/engine";
import { shardMetadata, ZooError } from "@zoo/format";
import { count, plural } from "../cli/text.ts";
import type { World } from "../cli/world.ts";
import type { Plan } from "../recipe/plan.ts";
import { formatIds } from "../recipe/selection.ts";
import { finishZoo } from "./finish.ts";
import { Stopped } from "./pool.ts";
import { checkSpace, type Equipment, equip, type MachineOptions } from "./preflight.ts";
import { Progress } from "./progress.ts";
import { inspectFolder, lockFolder, makeWritable, type RunFile, removePartial, writeRun } from "./run-folder.ts";
import { groupSize, trainShards } from "./train.ts";

export interface Generated {
  /** False when a signal stopped the run; everything up to the last finished epoch of each shard is saved. */
  finished: boolean;
  engine: string;
  workers: number;
  seconds: number;
  /** Model-samples per second, over training, evaluation and writing. */
  rate: number;
}

/**
 * Trains what is left of a plan into `dir` and publishes the zoo. Everything that can be refused is refused before the
 * folder is touched; the folder is locked from then on. `run` is what an interrupted run left, null for a new one.
 */
export async function generate(
  plan: Plan,
  dir: string,
  run: RunFile | null,
  options: MachineOptions,
  world: World,
): Promise<Generated> {
  const undo = makeWritable(dir);
  let equipment: Equipment;
  let unlock: () => void;
  try {
    equipment = await equip(plan, options, world);
    if (run !== null) checkSameData(run, equipment.data);
    await checkSpace(plan, dir, equipment.workers, world);
    unlock = lockFolder(dir);
  } catch (e) {
    undo();
    throw e;
  }
  try {
    const state = inspectFolder(dir);
    if (state.kind !== (run === null ? "free" : "started")) {
      const rule = "was changed by another run meanwhile; look at it with zoo-gen status";
      throw new ZooError("zoo-exists", `${dir} ${rule}`, { path: dir, rule });
    }
    if (run === null) await writeRun(dir, describeRun(plan, equipment.data));
    const generated = await train(plan, dir, equipment, world);
    if (generated.finished) removePartial(dir);
    return generated;
  } finally {
    unlock();
  }
}

async function train(plan: Plan, dir: string, equipment: Equipment, world: World): Promise<Generated> {
  const { engine, engineName, data, workers } = equipment;
  const ofAll = plan.models.length;
  world.stderr.write(
    `${plan.recipe.name}: ${plural(ofAll, "model")} x ${plural(plan.epochs, "epoch")} of ${count(data.splits.train.length)} images, ` +
      `${plural(workers, "worker")} on ${engine.id} -> ${dir}\n`,
  );
  const pool = world.openPool(workers, { engine: engineName, architecture: plan.architecture, data }, (n) =>
    progress.samples(n),
  );
  const progress = new Progress(plan, data.splits.train.length, world);
  let stops = 0;
  const ignoreSignals = world.onStopSignal(() => {
    if (++stops > 1) world.exit(130);
    void pool.close();
  });
  const report = (finished: boolean): Generated => ({
    finished,
    engine: engine.id,
    workers,
    seconds: progress.seconds,
    rate: progress.rate,
  });
  try {
    const shards = await trainShards(plan, {
      dir,
      pool,
      groupSize: groupSize(ofAll, workers, engine.laneWidth),
      metadata: { ...shardMetadata(plan.architecture, NUMERICS_VERSION), zoo: plan.recipe.name, dataset: data.name },
      onSaved: (saved) => progress.saved(saved),
      onPublished: (shard) => progress.published(shard),
    });
    await finishZoo(plan, dir, shards, data, engine.id);
    return report(true);
  } catch (e) {
    if (!(e instanceof Stopped)) throw e;
    return report(false); // only a signal closes the pool before all is done
  } finally {
    progress.close();
    ignoreSignals();
    await pool.close();
  }
}

function describeRun(plan: Plan, data: ImageDataset): RunFile {
  return {
    run: "zoo-gen",
    version: 1,
    recipe: plan.recipe,
    models: formatIds(plan.models.map(({ id }) => id)),
    epochs: plan.epochs,
    numerics_version: NUMERICS_VERSION,
    dataset: { name: data.name, sha256: data.sha256 },
  };
}

function checkSameData(run: RunFile, data: ImageDataset): void {
  if (run.dataset.sha256 === data.sha256) return;
  const rule = `the images differ from those that the run began with (sha256 ${data.sha256}, then ${run.dataset.sha256})`;
  throw new ZooError("bad-data", `${data.name}: ${rule}; point --data-dir at the first ones`, {
    dataset: data.name,
    path: data.sources.map(({ file }) => file).join(", "),
    rule,
  });
}
