import { bytes, count, table, writeJson } from "@zoo/cli";
import type { World } from "../cli/world.ts";
import { loadRecipe } from "../recipe/catalogue.ts";
import { gridOrder } from "../recipe/grid.ts";
import { makePlan, planBytes } from "../recipe/plan.ts";
import { describe } from "./list.ts";

export function showCommand(name: string, options: { json?: boolean }, world: World): number {
  const recipe = loadRecipe(name);
  const plan = makePlan(recipe);
  const disk = planBytes(plan, 0).zoo;
  const description = { ...describe(recipe), shards: plan.shards.length, bytes: disk };
  if (options.json) {
    writeJson(world.stdout, { ...description, recipe });
    return 0;
  }
  const { seeds, models_split: split } = recipe;
  const drawn = Array.isArray(seeds)
    ? seeds.join(", ")
    : "from" in seeds
      ? `${seeds.from}-${seeds.from + seeds.count - 1}`
      : `${seeds.draw.count} per combination, drawn below ${count(seeds.draw.below)} from seed ${seeds.draw.drawn_from}`;
  const varied = gridOrder.flatMap((key) => {
    const values = recipe.grid?.[key];
    const fixed = key === "batch_size" ? recipe.batch_size : recipe.fixed[key];
    const note = key === "momentum" ? " (sgd)" : "";
    if (values !== undefined) return [[key, `${values.join(", ")}${note}`]];
    return fixed === undefined ? [] : [[key, `${fixed}${note}`]];
  });
  world.stdout.write(
    table([
      ["name", recipe.name],
      ["title", recipe.title],
      ["dataset", recipe.dataset],
      ["architecture", `${description.architecture}, ${count(description.weights)} weights`],
      ["config", description.config],
      ["models", count(description.models)],
      ["epochs", `${count(recipe.epochs)}, ${count(description.states)} states with the initialisations`],
      ["seeds", drawn],
      ...varied,
      [
        "split",
        `${split.train} train, ${split.val} val, ${split.test} test of the models, dealt by seed ${split.seed}`,
      ],
      ["disk", `${bytes(disk)} in ${count(description.shards)} shards`],
    ]),
  );
  return 0;
}
