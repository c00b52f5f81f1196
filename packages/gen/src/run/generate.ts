import { count, formatIds, plural, printable, untilStopped } from "@zoo/cli";
import type { ImageDataset } from "@zoo/data";
import type { EngineName } from "@zoo/engine/node";
import { ZooError } from "@zoo/format";
import { writeParts } from "@zoo/format/node";
import type { World } from "../cli/world.ts";
import type { Plan } from "../recipe/plan.ts";
import { checkSpace, type Equipment, equip, type MachineOptions } from "./equip.ts";
import { finishZoo, zooParts } from "./finish.ts";
import { inspectFolder, makeWritable } from "./folder.ts";
import { Progress } from "./progress.ts";
import { beginRun, isSameRun, type RunFile, removePartial } from "./run-file.ts";
import { trainAll } from "./train.ts";

export interface Generated {
  /** False when a signal stopped the run; everything up to the last finished epoch of each shard is saved. */
  finished: boolean;
  engine: string;
  workers: number;
  seconds: number;
  /** Model-samples per second of this process, over training, evaluation and writing. */
  rate: number;
}

/**
 * Trains what is left of a plan into `dir`, together with any other process that does, and publishes the zoo. Everything that
 * can be refused is refused before the folder is touched. `run` is what was begun there, null for a new one.
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
  try {
    equipment = await equip(plan, options, world);
    if (run !== null) checkSame(run, equipment, dir);
    await checkSpace(plan, dir, equipment.workers, world);
    join(plan, dir, equipment);
    await writeParts(dir, zooParts(plan, equipment.data, equipment.engine.numerics));
  } catch (e) {
    undo();
    throw e;
  }
  return await train(plan, dir, equipment, world);
}

/** Begins the run in `dir`, or makes sure that what another process began or finished there is the same. */
function join(plan: Plan, dir: string, equipment: Equipment): void {
  const wanted = describeRun(plan, equipment);
  const state = inspectFolder(dir);
  if (state.kind === "finished") return; // while the images were loaded; writeZoo compares
  const present = state.kind === "free" ? beginRun(dir, wanted) : state.run;
  if (present === null) return;
  if (!isSameRun(present, wanted)) {
    const rule = "was begun by another run meanwhile; look at it with zoo-gen status";
    throw new ZooError("zoo-exists", `${dir} ${rule}`, { path: dir, rule });
  }
  checkSame(present, equipment, dir);
}

async function train(plan: Plan, dir: string, equipment: Equipment, world: World): Promise<Generated> {
  const { engine, data, workers } = equipment;
  const ofAll = plan.models.length;
  world.stderr.write(
    `${plan.recipe.name}: ${plural(ofAll, "model")} x ${plural(plan.epochs, "epoch")} of ${count(data.splits.train.length)} images, ` +
      `${plural(workers, "worker")} on ${engine.id} -> ${printable(dir)}\n`,
  );
  const progress = new Progress(plan, data.splits.train.length, world);
  const executor = await world.openExecutor({
    engine: engine.name as EngineName,
    workers,
    architecture: plan.architecture,
    data,
  });
  const report = (finished: boolean): Generated => ({
    finished,
    engine: engine.id,
    workers,
    seconds: progress.seconds,
    rate: progress.rate,
  });
  try {
    return await untilStopped(world, async (signal) => {
      try {
        await trainAll(plan, {
          dir,
          executor,
          signal,
          now: () => world.now(),
          onChunk: (modelSamples) => progress.samples(modelSamples),
          onSaved: (saved) => progress.saved(saved),
          onPublished: (index, elsewhere) => progress.published(index, elsewhere),
        });
      } catch (e) {
        if (!signal.aborted || e !== signal.reason) throw e; // what could not be saved is to be told
        return report(false);
      }
      await finishZoo(plan, dir, data, engine.numerics);
      removePartial(dir);
      return report(true);
    });
  } finally {
    progress.close();
    await executor.close();
  }
}

function describeRun(plan: Plan, { engine, data }: Equipment): RunFile {
  return {
    run: "zoo-gen",
    version: 2,
    recipe: plan.recipe,
    models: formatIds([...plan.models.ids]),
    numerics: engine.numerics,
    dataset: { name: data.name, sha256: data.sha256 },
  };
}

function checkSame(run: RunFile, { engine, data }: Equipment, dir: string): void {
  if (run.numerics.name !== engine.numerics.name) {
    const rule = `was begun with numerics ${run.numerics.name}, and engine ${engine.name} computes with ${engine.numerics.name}`;
    const next = "resume it with the version or engine that began it, or run it again in another folder";
    throw new ZooError("bad-zoo", `${dir} ${rule}; ${next}`, { path: dir, rule });
  }
  checkSameData(run, data);
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
