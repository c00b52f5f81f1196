import { random } from "../../fuzz/mutate.ts";
import type { Architecture, LayerSpec } from "../../src/index.ts";

/** A valid network of a few small layers, residuals in residuals included; the same for the same seed. */
export function randomNetwork(seed: number): Architecture {
  const next = random(seed);
  const below = (n: number): number => Math.floor(next() * n);
  const kinds = ["tanh", "elu", "none"] as const;

  /** Layers that keep [C, H, W] or [P], or change its first entry to `out`. */
  const keeping = (shape: number[], out: number, depth: number): LayerSpec[] => {
    const layers: LayerSpec[] = [];
    const width = (last: boolean): number => (last ? out : 1 + below(4));
    for (let n = 1 + below(3); n > 0; n--) {
      const weighted: LayerSpec =
        shape.length === 1
          ? { type: "linear", out: width(n === 1) }
          : { type: "conv2d", out: width(n === 1), kernel: 3, padding: 1 };
      if (next() < 0.5) weighted.bias = false;
      layers.push(weighted);
      if (shape.length === 3 && next() < 0.5) layers.push({ type: "batchnorm2d" });
      layers.push(next() < 0.3 ? { type: "activation", kind: kinds[below(3)] } : { type: "activation" });
    }
    if (depth > 0 && next() < 0.6) layers.push(residual([out, ...shape.slice(1)], depth));
    return layers;
  };

  const residual = (shape: number[], depth: number): LayerSpec => {
    const shortcut = next() < 0.5 ? [] : keeping(shape, shape[0], depth - 1);
    return { type: "residual", body: keeping(shape, shape[0], depth - 1), shortcut };
  };

  const input: [number, number, number] = [1 + below(3), 3, 4];
  const layers: LayerSpec[] = next() < 0.2 ? [residual(input, 2)] : [];
  const channels = 1 + below(4);
  layers.push(...keeping(input, channels, 2));
  const pooled = next() < 0.5;
  if (pooled) layers.push({ type: next() < 0.5 ? "avgpool2d" : "maxpool2d", kernel: 2 });
  layers.push({ type: "flatten" });
  const features = channels * (pooled ? 2 : 12);
  if (next() < 0.6) layers.push(residual([features], 1), { type: "dropout" });
  layers.push({ type: "linear", out: 3 });
  return { name: `random-${seed}`, input, classes: 3, layers };
}
