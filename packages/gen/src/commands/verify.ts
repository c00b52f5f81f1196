import { randomInt } from "node:crypto";
import { join } from "node:path";
import {
  duration,
  formatIds,
  leftOfFraction,
  ProgressLine,
  percent,
  plural,
  printable,
  untilStopped,
  writeJson,
} from "@zoo/cli";
import type { EngineName } from "@zoo/engine/node";
import type { Zoo } from "@zoo/format";
import { openZoo } from "@zoo/format/node";
import type { World } from "../cli/world.ts";
import { makePlan } from "../recipe/plan.ts";
import { parseRecipe } from "../recipe/recipe.ts";
import { type Equipment, equip } from "../run/equip.ts";
import { LOG_MS, sayFaults, showingProgress } from "../verify/checking.ts";
import { type Comparison, comparisonFor, type Difference } from "../verify/compare.ts";
import { retrain } from "../verify/retrain.ts";
import { sampleModels } from "../verify/sample.ts";
import type { MachineFlags } from "./run.ts";

export interface VerifyFlags extends MachineFlags {
  models: number;
  seed?: number;
}

/** What is retrained of a zoo, and how it is compared. */
interface Retraining {
  ids: number[];
  seed: number;
  engine: string;
  comparison: Comparison;
  difference: Difference | null;
}

/** First every byte against its hash and rule, then a sample of the models against their retraining. */
export async function verifyCommand(dir: string, flags: VerifyFlags, world: World): Promise<number> {
  const started = world.now();
  return await untilStopped(world, async (signal) => {
    const { faults } = await showingProgress(dir, signal, world);
    if (faults.length > 0) {
      if (flags.json) writeJson(world.stdout, { zoo: dir, ok: false, faults });
      sayFaults(dir, faults, world);
      return 1;
    }
    const zoo = await openZoo(dir);
    try {
      const retraining = await retrainSample(zoo, dir, flags, signal, world);
      const seconds = (world.now() - started) / 1000;
      announce(dir, zoo, retraining, seconds, flags.json ?? false, world);
      return retraining.difference === null ? 0 : 1;
    } finally {
      await zoo.close();
    }
  });
}

async function retrainSample(
  zoo: Zoo,
  dir: string,
  flags: VerifyFlags,
  signal: AbortSignal,
  world: World,
): Promise<Retraining> {
  const { manifest, models } = zoo;
  const seed = flags.seed ?? randomInt(2 ** 32 - 1);
  const all = models.rows.map(({ id }) => id);
  const ids = sampleModels(all, flags.models, seed);
  const plan = makePlan(parseRecipe(manifest.recipe, join(dir, "zoo.json")), ids);
  const equipment = await equip(plan, flags, world);
  const { engine, data, workers } = equipment;
  const comparison = comparisonFor(manifest.numerics, engine.numerics);
  world.stderr.write(
    `${printable(manifest.name)}: retraining ${plural(ids.length, "model")} (${formatIds(ids)}) for ${plural(manifest.epochs, "epoch")} ` +
      `on ${engine.id}, ${plural(workers, "worker")}\n`,
  );
  noteOtherFiles(zoo, equipment, world);
  const started = world.now();
  let done = 0;
  const progress = new ProgressLine(
    world,
    () => {
      const left = leftOfFraction(done, (world.now() - started) / 1000);
      return `${percent(done)} retrained and compared${left === "" ? "" : `, ${left}`}`;
    },
    LOG_MS,
  );
  const name = engine.name as EngineName;
  const executor = await world.openExecutor({ engine: name, workers, architecture: plan.architecture, data, signal });
  try {
    const onShare = (share: number): void => {
      done = share;
    };
    const difference = await retrain(zoo, [...plan.models], {
      executor,
      comparison,
      signal,
      onShare,
    });
    return { ids, seed, engine: engine.id, comparison, difference };
  } finally {
    progress.close();
    await executor.close();
  }
}

function announce(
  dir: string,
  { manifest }: Zoo,
  { ids, seed, engine, comparison, difference }: Retraining,
  seconds: number,
  json: boolean,
  world: World,
): void {
  const { states, root } = manifest;
  const { exact } = comparison;
  if (json) {
    const ok = difference === null;
    writeJson(world.stdout, { zoo: dir, ok, models: ids, states, seed, engine, exact, root, seconds, difference });
  } else if (difference === null) {
    world.stdout.write(
      `${printable(dir)}: verified: every hash and rule; ${plural(ids.length, "model")} (${formatIds(ids)}; --seed ${seed}) x ` +
        `${plural(states.length, "state")}: ${comparison.says} (${engine}, ${duration(seconds)}); root ${root}\n`,
    );
  }
  if (difference === null) return;
  const { model, epoch, what, stored, retrained } = difference;
  const line = `${dir}: model ${model} departs at epoch ${epoch}: ${what} is ${stored}, and the recipe gives ${retrained}`;
  world.stderr.write(`zoo-gen: ${printable(line)}\n`);
}

function noteOtherFiles(zoo: Zoo, { data }: Equipment, world: World): void {
  const known = new Set(zoo.manifest.dataset.sources.map(({ sha256 }) => sha256));
  const other = data.sources.filter(({ sha256 }) => !known.has(sha256)).map(({ file }) => file);
  if (other.length > 0)
    world.stderr.write(`note: ${printable(other.join(", "))} are other files than those the zoo was trained on\n`);
}
