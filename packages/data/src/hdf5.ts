import { byteOfUnit, USPS_PIXELS } from "./usps.ts";

/**
 * Reads `/train` and `/test` of usps.h5 (`data`: float32 [N, 256] in [0, 1], `target`: int32 [N]) into uint8 `images`
 * and `labels`, train first. `parts` says how many images each must have.
 *
 * h5wasm (4 MB of WebAssembly) is loaded on the first call. The file is opened from memory: nothing but `bytes` is read.
 * Throws a `RangeError` for another layout. Call it on verified bytes: the HDF5 library prints its own diagnostics.
 */
export async function readUspsHdf5(
  bytes: Uint8Array,
  parts: { train: number; test: number },
  images: Uint8Array,
  labels: Uint8Array,
): Promise<void> {
  const h5wasm = await import("h5wasm");
  const { FS } = await h5wasm.ready;
  const name = "/usps.h5";
  FS.writeFile(name, bytes);
  const file = new h5wasm.File(name, "r");
  try {
    let at = 0;
    for (const part of ["train", "test"] as const) {
      const N = parts[part];
      const data = read(file.get(`${part}/data`), Float32Array, [N, USPS_PIXELS], `${part}/data`);
      const target = read(file.get(`${part}/target`), Int32Array, [N], `${part}/target`);
      data.forEach((x, i) => {
        if (!(x >= 0 && x <= 1)) throw new RangeError(`/${part}/data has the value ${x}, expected 0..1`);
        images[at * USPS_PIXELS + i] = byteOfUnit(x);
      });
      target.forEach((label, i) => {
        if (label < 0 || label > 9) throw new RangeError(`/${part}/target has the label ${label}, expected 0..9`);
        labels[at + i] = label;
      });
      at += N;
    }
  } finally {
    file.close();
    FS.unlink(name);
  }
}

function read<T extends Float32Array | Int32Array>(
  entity: unknown,
  type: new () => T,
  shape: readonly number[],
  path: string,
): T {
  const { shape: found, value } = (entity ?? {}) as { shape?: number[]; value?: unknown };
  if (!found || found.join() !== shape.join() || !(value instanceof type)) {
    throw new RangeError(`/${path} is [${found?.join() ?? "missing"}], expected [${shape.join()}] of ${type.name}`);
  }
  return value;
}
