import type { EngineName } from "@zoo/engine/node";
import { ZooError } from "@zoo/format";
import { plural } from "../cli/text.ts";
import type { World } from "../cli/world.ts";
import { loadRecipe } from "../recipe/catalogue.ts";
import { makePlan, type Plan } from "../recipe/plan.ts";
import { countModels } from "../recipe/recipe.ts";
import { formatIds, parseSelection } from "../recipe/selection.ts";
import { generate } from "../run/generate.ts";
import { inspectFolder, type RunFile } from "../run/run-folder.ts";
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
}

export async function runCommand(name: string, flags: RunFlags, world: World): Promise<number> {
  const recipe = loadRecipe(name);
  const ids = flags.models === undefined ? undefined : parseSelection(flags.models, countModels(recipe));
  const plan = makePlan(recipe, ids, flags.epochs);
  refuseUsedFolder(plan, flags.out);
  const generated = await generate(plan, flags.out, null, flags, world);
  return await report(flags.out, generated, flags.json ?? false, world);
}

function refuseUsedFolder(plan: Plan, dir: string): void {
  if (dir === "") throw new ZooError("misuse", '--out must name a folder; got ""', { option: "--out", value: dir });
  const state = inspectFolder(dir);
  if (state.kind === "free") return;
  const rule =
    state.kind === "finished"
      ? `holds a finished zoo; choose another --out (to look at it: zoo-gen status ${dir})`
      : isSameRun(plan, state.run)
        ? `holds this run, unfinished; go on with: zoo-gen resume ${dir}`
        : `holds another run, unfinished (${describeRun(state.run)}); choose another --out, or finish it with: zoo-gen resume ${dir}`;
  throw new ZooError("zoo-exists", `${dir} ${rule}`, { path: dir, rule });
}

function isSameRun(plan: Plan, run: RunFile): boolean {
  return (
    JSON.stringify(run.recipe) === JSON.stringify(plan.recipe) &&
    run.epochs === plan.epochs &&
    run.models === formatIds(plan.models.map(({ id }) => id))
  );
}

export function describeRun({ recipe, models, epochs }: RunFile): string {
  return `${recipe.name}, models ${models}, ${plural(epochs, "epoch")}`;
}
