import type { TrainingEntry } from "@zoo/format";
import type { Recipe } from "./schema.ts";

/** How the models of a recipe are trained, with everything said that it leaves unsaid; as zoo.json states it. */
export function trainingOf({ training }: Pick<Recipe, "training">): TrainingEntry {
  const { schedule = { type: "constant" } } = training ?? {};
  return { loss: "nll", schedule, augmentation: [] }; // a recipe may name none yet
}
