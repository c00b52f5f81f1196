import { parseIds, printable } from "@zoo/cli";
import { ZooError } from "@zoo/format";
import type { World } from "../cli/world.ts";
import { modelIds } from "../recipe/grid.ts";
import { makePlan, type Plan } from "../recipe/plan.ts";
import { inspectFolder } from "../run/folder.ts";
import { generate } from "../run/generate.ts";
import { type RunFile, removePartial } from "../run/run-file.ts";
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
    world.stderr.write(`${printable(dir)} is finished already\n`);
    removePartial(dir); // a kill between the last file and the clean-up
    return await report(dir, null, flags.json ?? false, world);
  }
  const generated = await generate(planOf(state.run), dir, state.run, flags, world);
  return await report(dir, generated, flags.json ?? false, world);
}

/** The plan that a run file stands for. */
export function planOf({ recipe, models }: RunFile): Plan {
  return makePlan(recipe, parseIds(models, modelIds(recipe), "recipe"));
}
