import { formatIds, parseIds, parseKeep, plural } from "@zoo/cli";
import type { EngineName } from "@zoo/engine/node";
import { ZooError } from "@zoo/format";
import type { World } from "../cli/world.ts";
import { loadRecipe } from "../recipe/catalogue.ts";
import { modelIds } from "../recipe/grid.ts";
import { makePlan, type Plan } from "../recipe/plan.ts";
import { inspectFolder } from "../run/folder.ts";
import { generate } from "../run/generate.ts";
import { isSameRun, type RunFile } from "../run/run-file.ts";
import { report } from "./report.ts";

export interface MachineFlags {
  engine: EngineName;
  workers?: number;
  dataDir?: string;
  json?: boolean;
}

export interface RunFlags extends MachineFlags {
  out: string;
  models?: string;
  epochs?: number;
  keep?: string;
}

export async function runCommand(name: string, flags: RunFlags, world: World): Promise<number> {
  const recipe = loadRecipe(name);
  const ids = flags.models === undefined ? undefined : parseIds(flags.models, modelIds(recipe), "recipe");
  const epochs = flags.epochs ?? recipe.epochs;
  const keep = flags.keep === undefined ? recipe.keep : parseKeep(flags.keep, epochs);
  const plan = makePlan(recipe, ids, epochs, keep);
  const run = joinable(plan, flags.out);
  const generated = await generate(plan, flags.out, run, flags, world);
  return await report(flags.out, generated, flags.json ?? false, world);
}

/** The same run, begun in `dir` before, or null where nothing was. Throws ZooError `zoo-exists` where anything else is. */
function joinable(plan: Plan, dir: string): RunFile | null {
  if (dir === "") throw new ZooError("misuse", '--out must name a folder; got ""', { option: "--out", value: dir });
  const state = inspectFolder(dir);
  if (state.kind === "free") return null;
  if (
    state.kind === "started" &&
    isSameRun(state.run, { recipe: plan.recipe, models: formatIds([...plan.models.ids]) })
  )
    return state.run;
  const rule =
    state.kind === "finished"
      ? `holds a finished zoo; choose another --out (to look at it: zoo-gen status ${dir})`
      : `holds another run, unfinished (${describeRun(state.run)}); choose another --out, or finish it with: zoo-gen resume ${dir}`;
  throw new ZooError("zoo-exists", `${dir} ${rule}`, { path: dir, rule });
}

function describeRun({ recipe, models }: RunFile): string {
  return `${recipe.name}, models ${models}, ${plural(recipe.epochs, "epoch")}`;
}
