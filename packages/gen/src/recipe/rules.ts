import { architectureOf, readsActivation } from "./architecture.ts";
import { countModels, type GridKey, gridOrder, valuesOf } from "./grid.ts";
import { MAX_MODELS, type Recipe } from "./schema.ts";

/** A key of the recipe, "" for the whole, and what is wrong with it. */
export type Contradiction = [path: string, rule: string];

/** The rules between the keys of a recipe whose types are right: all that it breaks. */
export function* contradictions(recipe: Recipe): Generator<Contradiction> {
  // They would steer the terminal or page that shows it; no zoo may have them.
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(recipe.title)) yield ["title", "has control characters"];
  for (const key of gridOrder) yield* ofKey(recipe, key);
  yield* ofMomentum(recipe);
  yield* ofSeeds(recipe);
  yield* ofKeep(recipe);
  const split = recipe.models_split;
  const total = split.train + split.val + split.test;
  if (Math.abs(total - 1) > 1e-9) yield ["models_split", `the fractions must add up to 1, and give ${total}`];
  const count = countModels(recipe);
  if (count > MAX_MODELS) yield ["", `has ${count} models; at most ${MAX_MODELS}`];
}

function* ofKey(recipe: Recipe, key: GridKey): Generator<Contradiction> {
  const list: readonly unknown[] | undefined = recipe.grid?.[key];
  const outside = key === "batch_size" ? recipe.batch_size : recipe.fixed[key];
  const place = key === "batch_size" ? key : `fixed.${key}`;
  if (outside !== undefined && list !== undefined) yield [place, "is in the grid too; keep one of the two"];
  if (list !== undefined && new Set(list).size < list.length) yield [`grid.${key}`, "has a value twice"];
  if (key === "momentum") return;
  const unread = key === "activation" && !readsActivation(architectureOf(recipe).layers);
  if (unread && list !== undefined)
    yield ["grid.activation", "is read by no layer of the architecture, so the models would be equal"];
  if (!unread && outside === undefined && list === undefined)
    yield [place, `is missing; give it here, or values in grid.${key}`];
}

function* ofMomentum(recipe: Recipe): Generator<Contradiction> {
  const optimizers = valuesOf(recipe, "optimizer") ?? [];
  const listed = recipe.grid?.momentum !== undefined;
  const given = valuesOf(recipe, "momentum") !== undefined;
  if (optimizers.includes("sgd") && !given) yield ["fixed.momentum", "is missing; sgd needs it"];
  if (!optimizers.includes("sgd") && given)
    yield [listed ? "grid.momentum" : "fixed.momentum", "is of sgd only, and no model has sgd"];
  if (listed && optimizers.some((optimizer) => optimizer !== "sgd"))
    yield ["grid.momentum", "is of sgd only, and other optimizers in the grid would give equal models"];
}

function* ofSeeds({ seeds }: Recipe): Generator<Contradiction> {
  if (Array.isArray(seeds) && new Set(seeds).size < seeds.length) yield ["seeds", "has a seed twice"];
  if ("from" in seeds && seeds.from + seeds.count - 1 > Number.MAX_SAFE_INTEGER)
    yield ["seeds", "the last seed is above 2^53 - 1"];
  if ("draw" in seeds && seeds.draw.below < seeds.draw.count)
    yield ["seeds.draw.below", `is ${seeds.draw.below}: too few for ${seeds.draw.count} different seeds`];
}

function* ofKeep({ keep, epochs }: Recipe): Generator<Contradiction> {
  if (!Array.isArray(keep)) return;
  if (new Set(keep).size < keep.length) yield ["keep", "has an epoch twice"];
  const beyond = keep.findIndex((epoch) => epoch !== "last" && epoch > epochs);
  if (beyond >= 0) yield [`keep[${beyond}]`, `is epoch ${keep[beyond]}, and the last one trained is ${epochs}`];
}
