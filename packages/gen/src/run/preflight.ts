import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DownloadProgress, ImageDataset } from "@zoo/data";
import type { Engine } from "@zoo/engine";
import type { EngineName } from "@zoo/engine/node";
import { ZooError } from "@zoo/format";
import { bytes } from "../cli/text.ts";
import type { World } from "../cli/world.ts";
import { type Plan, planBytes } from "../recipe/plan.ts";
import { nearestFolder } from "./run-folder.ts";
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
  /** Never "auto": what every worker loads. */
  engineName: EngineName;
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
  const engine = await world.loadEngine(options.engine);
  const data = await world.loadDataset(plan.recipe.dataset, {
    dataDir,
    env: world.env,
    onProgress: tellDownloads(world),
  });
  checkFit(plan, data);
  if (options.engine === "auto" && !engine.id.startsWith("native")) await sayWhyNotNative(world);
  const engineName =
    (["native", "wasm", "reference"] as const).find((name) => engine.id.startsWith(name)) ?? options.engine;
  const vectors = plan.shards.reduce((sum, { models }) => sum + Math.ceil(models.length / engine.laneWidth), 0);
  const workers = Math.min(options.workers ?? world.cores, vectors); // more would idle
  return { engine, engineName, data, workers };
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
  const native = (await world.probeEngines()).find(({ name }) => name === "native");
  if (native !== undefined)
    world.stderr.write(`the native engine, about three times as fast, does not run here: ${native.reason}\n`);
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
    `${dir}: not enough space: the zoo needs ${bytes(needed)}, and ${bytes(free)} are free; free some, or choose another --out, fewer --models or --epochs`,
    { path: dir, op: "write", errno: "ENOSPC" },
  );
}

/** Bytes of all files in a folder; 0 if there is none. */
export function folderBytes(dir: string): number {
  let entries: string[];
  try {
    entries = readdirSync(dir);
  } catch {
    return 0;
  }
  return entries.reduce((sum, name) => {
    const stat = statSync(join(dir, name), { throwIfNoEntry: false });
    if (stat === undefined) return sum;
    return sum + (stat.isDirectory() ? folderBytes(join(dir, name)) : stat.size);
  }, 0);
}
