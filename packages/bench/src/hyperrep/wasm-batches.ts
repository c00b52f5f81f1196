import type { KernelConfig, TensorInfo } from "@tensorflow/tfjs";
import type { Tf } from "./tf.ts";

/** What this needs of the wasm backend, 4.22.0. */
interface WasmBackend {
  wasm: {
    cwrap(name: string, result: null, args: string[]): (...args: unknown[]) => void;
    tfjs: { registerTensor(id: number, size: number, offset: number): void; disposeData(id: number): void };
  };
  dataIdNextNumber: number;
  dataIdMap: { get(dataId: object): { id: number; memoryOffset: number } };
  makeOutput(shape: number[], dtype: string): TensorInfo;
}

const KERNEL = "BatchMatMul";

/**
 * The wasm backend multiplies single matrices by XNNPACK (31 GFLOP/s on a core of a Zen 3 server), but batches of them by plain loops
 * (2.2). This makes batches products of single matrices: each is made known to the backend as a tensor of its own, at its place in the
 * memory of the batch, so that nothing is copied. Results are those of the fast product; other cases go to the kernel that was there.
 * A second call does nothing.
 */
export function installBatches(tf: Tf): void {
  const original = tf.getKernel(KERNEL, "wasm") as KernelConfig & { batches?: true };
  if (original === undefined || original.batches === true) return;
  let multiply: ((...args: unknown[]) => void) | undefined;
  const replaced: KernelConfig & { batches: true } = {
    ...original,
    batches: true,
    kernelFunc: (params) => {
      const { a, b } = params.inputs as Record<"a" | "b", TensorInfo>;
      const { transposeA, transposeB } = params.attrs as unknown as { transposeA: boolean; transposeB: boolean };
      const same = a.shape.length === 3 && b.shape.length === 3 && a.shape[0] === b.shape[0] && a.shape[0] > 1;
      if (!same || transposeA || transposeB) return original.kernelFunc(params);
      const backend = params.backend as WasmBackend;
      multiply ??= backend.wasm.cwrap(
        KERNEL,
        null,
        Array.from("nannannnn", (c) => (c === "a" ? "array" : "number")),
      );
      return products(backend, multiply, a, b);
    },
  };
  tf.unregisterKernel(KERNEL, "wasm");
  tf.registerKernel(replaced);
}

function products(
  backend: WasmBackend,
  multiply: (...args: unknown[]) => void,
  a: TensorInfo,
  b: TensorInfo,
): TensorInfo {
  const [batch, m, k] = a.shape;
  const n = b.shape[2];
  const out = backend.makeOutput([batch, m, n], "float32");
  const at = [a, b, out].map(({ dataId }) => backend.dataIdMap.get(dataId).memoryOffset);
  const sizes = [m * k, k * n, m * n];
  const shapes = [bytesOf(1, m, k), bytesOf(1, k, n)];
  const { tfjs } = backend.wasm;
  const ids = sizes.map(() => backend.dataIdNextNumber++);
  for (let i = 0; i < batch; i++) {
    for (let t = 0; t < 3; t++) tfjs.registerTensor(ids[t], sizes[t], at[t] + 4 * i * sizes[t]);
    multiply(ids[0], shapes[0], 3, ids[1], shapes[1], 3, 0, 0, ids[2]);
    for (const id of ids) tfjs.disposeData(id); // forgets the name, and the packed copy of b; the memory is the batch's
  }
  return out;
}

const bytesOf = (...shape: number[]): Uint8Array => new Uint8Array(Int32Array.from(shape).buffer);
