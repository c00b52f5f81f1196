import { type Architecture, architectures, type LayerSpec } from "@zoo/format";
import type { Recipe } from "./schema.ts";

/** The architecture that a recipe names or writes out. */
export function architectureOf({ architecture }: Pick<Recipe, "architecture">): Architecture {
  return typeof architecture === "string" ? architectures[architecture] : architecture;
}

/** Whether a layer takes the model's activation; false where every activation layer says its own `kind`. */
export function readsActivation(layers: readonly LayerSpec[]): boolean {
  return layers.some((layer) => {
    if (layer.type === "residual") return readsActivation(layer.body) || readsActivation(layer.shortcut);
    return layer.type === "activation" && layer.kind === undefined;
  });
}
