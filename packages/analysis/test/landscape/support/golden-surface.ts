import { readFileSync } from "node:fs";
import { executorInThread, loadEngine } from "@zoo/engine/node";
import { type Activation, architectures, deriveLayout } from "@zoo/format";
import type { LossSurface } from "../../../src/landscape/loss-surface.ts";
import { lossSurface } from "../../../src/node/ask-surface.ts";
import { hashed } from "./hashed.ts";

interface Spectrum {
  loss: number;
  product: { norm: number; elements: number[] };
  largest: number[];
  smallest: number[];
  trace: number;
  squares: number;
  density: { sigma: number; grid: number[]; values: number[] };
}

/** What PyTorch and SciPy say, in float64; see make_landscape.py. */
export const golden = JSON.parse(readFileSync(new URL("../../fixtures/landscape.json", import.meta.url), "utf8")) as {
  N: number;
  tanh: Spectrum;
  gelu: Spectrum;
} & {
  curves: { line: number[]; bezier: number[]; means: number[]; bend: number[] };
};

export const architecture = architectures["cnn-s-1ch"];
export const layout = deriveLayout(architecture);

/** The networks of the goldens; salt 1 and 2. */
export const goldenWeights = (salt: number): Float32Array => hashed(layout.D, salt).map((x) => x / 2);

/** The surface of the goldens, by WebAssembly in this thread. */
export async function goldenSurface(activation: Activation): Promise<LossSurface> {
  const { N } = golden;
  const images = hashed(N * 784, 7).map((x) => x * 4);
  const labels = Uint8Array.from({ length: N }, (_, i) => i % 10);
  return lossSurface(executorInThread(await loadEngine("wasm")), {
    architecture,
    activation,
    batch: { images, N, labels },
  });
}
