import { statSync } from "node:fs";
import { bytes, printable, untilStopped } from "@zoo/cli";
import type { DownloadProgress, ImageDataset } from "@zoo/data";
import type { Engine } from "@zoo/engine";
import type { EngineName } from "@zoo/engine/node";
import { ZooError } from "@zoo/format";
import type { World } from "../cli/world.ts";
import { type Plan, planBytes } from "../recipe/plan.ts";
import { checkTransforms } from "../recipe/transforms.ts";
import { folderBytes, nearestFolder } from "./folder.ts";
import { shardsAtOnce } from "./train.ts";

export interface MachineOptions {
  engine: EngineName;
  /** Worker threads; default the cores of this process. */
  workers?: number | undefined;
  dataDir?: string | undefined;
}

/** What was found to be in order before training. */
export interface Equipment {
  engine: Engine;
  data: ImageDataset;
  workers: number;
}

/** Loads the engine and the images that the plan needs, and checks that they fit it. Throws ZooError; writes nothing. */
export async function equip(plan: Plan, options: MachineOptions, world: World): Promise<Equipment> {
  const { dataDir } = options;
  if (dataDir !== undefined && !statSync(dataDir, { throwIfNoEntry: false })?.isDirectory()) {
    const message = `--data-dir must be a folder that exists; got "${dataDir}"`;
    throw new ZooError("misuse", message, { option: "--data-dir", value: dataDir });
  }
  // Its first compilation on a machine takes up to a minute, and is ended by a stop; nothing else here needs to be told.
  const engine = await untilStopped(world, (signal) => world.loadEngine(options.engine, { signal }));
  checkSupport(plan, engine);
  const data = await world.loadDataset(plan.recipe.dataset, {
    dataDir,
    env: world.env,
    onProgress: tellDownloads(world),
  });
  checkTransforms(plan.recipe, data.transforms);
  checkFit(plan, data);
  if (options.engine === "auto" && engine.name !== "native") await sayWhyNotNative(world);
  const cohorts = Math.ceil(plan.models.length / engine.preferredModels);
  const workers = Math.min(options.workers ?? world.cores, Math.max(cohorts, plan.shards.length)); // more would idle
  return { engine, data, workers };
}

/** A line for each file that is downloaded. */
function tellDownloads(world: World): (progress: DownloadProgress) => void {
  let last = "";
  return ({ dataset, url, totalBytes }) => {
    if (url === last) return;
    last = url;
    world.stderr.write(`${dataset}: downloading ${url}${totalBytes === null ? "" : `, ${bytes(totalBytes)}`}\n`);
  };
}

async function sayWhyNotNative(world: World): Promise<void> {
  const native = (await untilStopped(world, (signal) => world.probeEngines({ signal }))).find(
    ({ name }) => name === "native",
  );
  if (native !== undefined)
    world.stderr.write(
      `the native engine, about three times as fast, does not run here: ${printable(native.reason)}\n`,
    );
}

function checkSupport({ recipe, architecture, shards, models }: Plan, engine: Engine): void {
  const kinds = new Set<number>();
  for (let index = 0; index < shards.length; index++) {
    const [id] = shards.idsOf(index);
    if (kinds.has(models.kindOf(id))) continue;
    kinds.add(models.kindOf(id));
    const { activation, optimizer } = models.get(id).hyperparameters;
    const why = engine.supports({ architecture, activation, optimizer });
    if (why === null) continue;
    const rule = `engine ${engine.name} cannot train ${architecture.name}: it ${why}; see zoo-gen engines for others`;
    throw new ZooError("bad-recipe", `recipe ${recipe.name}: ${rule}`, { path: "architecture", rule });
  }
}

function checkFit({ recipe, architecture }: Plan, data: ImageDataset): void {
  const refuse = (rule: string) =>
    new ZooError("bad-recipe", `recipe ${recipe.name}: architecture: ${rule}`, { path: "architecture", rule });
  if (architecture.input.join() !== data.shape.join()) {
    throw refuse(
      `${architecture.name} takes images [${architecture.input.join(", ")}], and those of ${data.name} are [${data.shape.join(", ")}]`,
    );
  }
  if (architecture.classes !== data.classes) {
    throw refuse(`${architecture.name} has ${architecture.classes} classes, and ${data.name} has ${data.classes}`);
  }
}

/** Throws ZooError `io` (ENOSPC) unless what the plan still has to write fits on the disk of `dir`. */
export async function checkSpace(plan: Plan, dir: string, workers: number, world: World): Promise<void> {
  const { zoo, checkpoints } = planBytes(plan, shardsAtOnce(workers));
  const needed = Math.max(0, zoo - folderBytes(dir)) + checkpoints;
  const free = await world.freeBytes(nearestFolder(dir));
  if (needed <= free) return;
  throw new ZooError(
    "io",
    `${dir}: not enough space: the zoo needs ${bytes(needed)}, and ${bytes(free)} are free; free some, or choose another --out, fewer --models or --epochs, or store fewer states with --keep`,
    { path: dir, op: "write", errno: "ENOSPC" },
  );
}
