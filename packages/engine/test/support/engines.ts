import type { Kernels } from "../../src/kernels/kernels.ts";
import { loadNativeKernels, loadWasmKernels } from "../../src/node.ts";

/**
 * Every build of the kernels that this machine can run. Wasm must run everywhere; native may be missing, with its reason
 * printed, unless ZOO_REQUIRE names it.
 */
export async function allKernels(): Promise<Kernels[]> {
  const kernels = [(await loadWasmKernels()).kernels, (await loadWasmKernels(true)).kernels];
  try {
    const { kernels: widest } = await loadNativeKernels();
    kernels.push(widest);
    for (const lanes of [4, 8]) {
      if (widest.lanes > lanes) kernels.push((await loadNativeKernels(lanes)).kernels);
    }
  } catch (e) {
    if (process.env.ZOO_REQUIRE?.includes("native")) throw e;
    console.warn(`native kernels are not tested: ${(e as Error).message}`);
  }
  return kernels;
}

/** The fastest kernels here: the last of the list above that is widest. */
export async function fastestKernels(): Promise<Kernels> {
  return loadNativeKernels().then(
    ({ kernels }) => kernels,
    async () => (await loadWasmKernels()).kernels,
  );
}
