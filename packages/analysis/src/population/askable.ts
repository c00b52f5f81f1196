import { type Architecture, type LayerSpec, ZooError } from "@zoo/format";

/** Why networks of this architecture cannot be asked anything, as a sentence without its end; null where they can. */
export function whyNotAsked({ layers }: Architecture): string | null {
  for (const layer of layers) {
    const missing = missingPart(layer);
    if (missing !== null) return `engines answer no questions about ${missing}`;
  }
  return null;
}

/** Throws ZooError `misuse` where networks of this architecture cannot be asked anything. */
export function requireAskable(architecture: Architecture): void {
  const why = whyNotAsked(architecture);
  if (why === null) return;
  const rest = "Metrics, weights, trajectories and maps of this zoo need none";
  throw new ZooError("misuse", `${why}, which ${architecture.name} has. ${rest}`, {
    option: "zoo",
    value: architecture.name,
  });
}

function missingPart(layer: LayerSpec): string | null {
  if (layer.type === "residual" || layer.type === "batchnorm2d") return layer.type;
  return "bias" in layer && !(layer.bias ?? true) ? `${layer.type} without bias` : null;
}
