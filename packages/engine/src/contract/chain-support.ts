import type { Architecture, LayerSpec } from "@zoo/format";
import type { EngineTask } from "./engine.ts";

/** The answer of `supports` for engines that have chains of convolution, pooling, activation, dropout and linear layers. */
export function chainSupport({ architecture }: EngineTask): string | null {
  for (const layer of architecture.layers) {
    const missing = missingPart(layer);
    if (missing !== null) return `has no ${missing}`;
  }
  return null;
}

/** Throws RangeError with the reason when an engine without more than chains is asked for it. */
export function requireChain(engine: string, architecture: Architecture): void {
  const missing = chainSupport({ architecture, activation: "none" });
  if (missing !== null) throw new RangeError(`engine ${engine} ${missing}, which ${architecture.name} needs`);
}

function missingPart(layer: LayerSpec): string | null {
  switch (layer.type) {
    case "batchnorm2d":
    case "residual":
      return layer.type;
    case "conv2d":
    case "linear":
      return layer.bias === false ? `${layer.type} without bias` : null;
    default:
      return null;
  }
}
