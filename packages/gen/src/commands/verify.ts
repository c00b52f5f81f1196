import { randomInt } from "node:crypto";
import { join } from "node:path";
import { NUMERICS_VERSION } from "@zoo/engine";
import { type Zoo, ZooError } from "@zoo/format";
import { openZoo } from "@zoo/format/node";
import { duration, percent, plural } from "../cli/text.ts";
import type { World } from "../cli/world.ts";
import { makePlan } from "../recipe/plan.ts";
import { parseRecipe } from "../recipe/recipe.ts";
import { formatIds } from "../recipe/selection.ts";
import { Stopped } from "../run/pool.ts";
import { type Equipment, equip } from "../run/preflight.ts";
import { inspectFolder } from "../run/run-folder.ts";
import { groupSize } from "../run/train.ts";
import { type Difference, plannedModels, retrain, sampleModels } from "../verify/retrain.ts";
import type { MachineFlags } from "./run.ts";

export interface VerifyFlags extends MachineFlags {
  models: number;
  seed?: number;
}

export async function verifyCommand(dir: string, flags: VerifyFlags, world: World): Promise<number> {
  if (inspectFolder(dir).kind !== "finished") {
    throw new ZooError("zoo-incomplete", `${dir}: no finished zoo here; see zoo-gen status ${dir}`, { path: dir });
  }
  const zoo = await openZoo(dir);
  try {
    return await verify(zoo, dir, flags, world);
  } finally {
    await zoo.close();
  }
}

async function verify(zoo: Zoo, dir: string, flags: VerifyFlags, world: World): Promise<number> {
  const { manifest } = zoo;
  const source = join(dir, "zoo.json");
  if (manifest.numerics_version !== NUMERICS_VERSION) {
    const rule = `was computed with numerics version ${manifest.numerics_version}, and this zoo-gen computes with ${NUMERICS_VERSION}`;
    throw new ZooError("bad-zoo", `${source} ${rule}; verify it with the version that made it`, { path: source, rule });
  }
  const started = world.now();
  const seed = flags.seed ?? randomInt(2 ** 32 - 1);
  const ids = sampleModels(
    zoo.models.rows.map(({ id }) => id),
    flags.models,
    seed,
  );
  const planned = plannedModels(zoo, ids, source);
  await zoo.verifyChecksums();
  if (!Array.isArray(planned)) return announce(planned, "");

  const plan = makePlan(parseRecipe(manifest.recipe, source), ids, manifest.epochs);
  const equipment = await equip(plan, flags, world);
  const { engine, workers } = equipment;
  world.stderr.write(
    `${manifest.name}: retraining ${plural(ids.length, "model")} (${formatIds(ids)}) for ${plural(manifest.epochs, "epoch")} ` +
      `on ${engine.id}, ${plural(workers, "worker")}\n`,
  );
  noteOtherFiles(zoo, equipment, world);
  const pool = world.openPool(
    workers,
    { engine: equipment.engineName, architecture: plan.architecture, data: equipment.data },
    () => {},
  );
  let stopped = false;
  const ignoreSignals = world.onStopSignal(() => {
    if (stopped) world.exit(130);
    stopped = true;
    void pool.close();
  });
  let difference: Difference | null;
  try {
    const size = groupSize(ids.length, workers, engine.laneWidth);
    difference = await retrain(zoo, planned, pool, size, (share) => {
      if (world.stderr.isTTY) world.stderr.write(`\r\x1b[2K${percent(share)} retrained and compared`);
    });
  } catch (e) {
    if (!(e instanceof Stopped)) throw e;
    world.stderr.write("zoo-gen: stopped before the comparison was complete\n");
    return 1;
  } finally {
    if (world.stderr.isTTY) world.stderr.write("\r\x1b[2K");
    ignoreSignals();
    await pool.close();
  }
  return announce(difference, engine.id);

  function announce(difference: Difference | null, engine: string): number {
    const seconds = (world.now() - started) / 1000;
    const result = {
      zoo: dir,
      ok: difference === null,
      models: ids,
      states: manifest.states,
      seed,
      engine,
      seconds,
      difference,
    };
    if (flags.json) world.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    else if (difference === null) {
      world.stdout.write(
        `${dir}: verified: ${plural(ids.length, "model")} (${formatIds(ids)}; --seed ${seed}) x ${plural(manifest.states, "state")}: ` +
          `every byte of weights and metrics is the same (${engine}, ${duration(seconds)})\n`,
      );
    }
    if (difference === null) return 0;
    const { model, epoch, what, stored, retrained } = difference;
    world.stderr.write(
      `zoo-gen: ${dir}: model ${model}, epoch ${epoch}: ${what} is ${stored}, and the recipe gives ${retrained}\n`,
    );
    return 1;
  }
}

function noteOtherFiles(zoo: Zoo, { data }: Equipment, world: World): void {
  const known = new Set(zoo.manifest.dataset.sources.map(({ sha256 }) => sha256));
  const other = data.sources.filter(({ sha256 }) => !known.has(sha256)).map(({ file }) => file);
  if (other.length > 0)
    world.stderr.write(`note: ${other.join(", ")} are other files than those the zoo was trained on\n`);
}
