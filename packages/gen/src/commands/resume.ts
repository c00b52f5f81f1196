import { NUMERICS_VERSION } from "@zoo/engine";
import { ZooError } from "@zoo/format";
import type { World } from "../cli/world.ts";
import { makePlan, type Plan } from "../recipe/plan.ts";
import { countModels } from "../recipe/recipe.ts";
import { parseSelection } from "../recipe/selection.ts";
import { generate } from "../run/generate.ts";
import { inspectFolder, type RunFile, removePartial } from "../run/run-folder.ts";
import { report } from "./report.ts";
import type { MachineFlags } from "./run.ts";

export async function resumeCommand(dir: string, flags: MachineFlags, world: World): Promise<number> {
  const state = inspectFolder(dir);
  if (state.kind === "free") {
    throw new ZooError("zoo-incomplete", `${dir}: no run to resume here; start one: zoo-gen run RECIPE --out ${dir}`, {
      path: dir,
    });
  }
  if (state.kind === "finished") {
    world.stderr.write(`${dir} is finished already\n`);
    removePartial(dir); // a kill between the last file and the clean-up
    return await report(dir, null, flags.json ?? false, world);
  }
  const { run } = state;
  if (run.numerics_version !== NUMERICS_VERSION) {
    const rule = `was begun with numerics version ${run.numerics_version}, and this zoo-gen computes with ${NUMERICS_VERSION}`;
    throw new ZooError(
      "bad-zoo",
      `${dir} ${rule}; resume it with the version that began it, or run it again in another folder`,
      {
        path: dir,
        rule,
      },
    );
  }
  const generated = await generate(planOf(run), dir, run, flags, world);
  return await report(dir, generated, flags.json ?? false, world);
}

/** The plan that a run file stands for. */
export function planOf(run: RunFile): Plan {
  return makePlan(run.recipe, parseSelection(run.models, countModels(run.recipe)), run.epochs);
}
