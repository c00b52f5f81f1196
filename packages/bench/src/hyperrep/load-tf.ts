import type { Tf } from "./tf.ts";
import { installBatches } from "./wasm-batches.ts";

export const tfBackends = ["wasm", "cpu"] as const;
export type TfBackend = (typeof tfBackends)[number];

/** TensorFlow.js with one of the backends that need nothing besides this package. */
export async function loadTf(backend: TfBackend): Promise<Tf> {
  const tf = await import("@tensorflow/tfjs");
  if (backend === "wasm") await import("@tensorflow/tfjs-backend-wasm");
  tf.env().set("PROD", true); // else it checks shapes twice and greets
  await tf.setBackend(backend);
  await tf.ready();
  if (backend === "wasm") installBatches(tf);
  return tf;
}
