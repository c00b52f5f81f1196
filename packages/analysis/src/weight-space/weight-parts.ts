import type { Segment } from "@zoo/engine";
import type { Layout } from "@zoo/format";

/** A stretch of the vector of weights that distances are asked about. */
export interface WeightPart extends Segment {
  /** `all`, the path of a layer (`layers.4`) or the name of a tensor (`layers.4.weight`). */
  name: string;
  kind: "network" | "layer" | "tensor";
}

/** The whole network, then each layer that has weights (weight and bias together), then each tensor. */
export function weightParts({ D, tensors }: Pick<Layout, "D" | "tensors">): WeightPart[] {
  const layers = new Map<string, WeightPart>();
  for (const { name, offset, size } of tensors) {
    const path = name.slice(0, name.lastIndexOf("."));
    const layer = layers.get(path);
    if (layer === undefined) layers.set(path, { name: path, kind: "layer", offset, size });
    else layer.size += size;
  }
  return [
    { name: "all", kind: "network", offset: 0, size: D },
    ...layers.values(),
    ...tensors.map(({ name, offset, size }): WeightPart => ({ name, kind: "tensor", offset, size })),
  ];
}
