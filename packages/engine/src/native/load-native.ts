import { createRequire } from "node:module";
import { isZooError } from "@zoo/format";
import type { Kernels } from "../kernels/kernels.ts";
import { type Addon, nativeKernels } from "../kernels/native-kernels.ts";
import { compilerCandidates, findCompiler, targetMacros, vectorsOf } from "./compiler.ts";
import { isTrustedAddon } from "./trusted-files.ts";
import { firstLines, nativeUnavailable } from "./unavailable.ts";

/** Native kernels that were built on this machine: what another thread needs to load them without a compiler. */
export interface BuiltNative {
  /** Path of the addon. */
  file: string;
  /** For example "native-avx512". */
  id: string;
  /** The compiler's version line. */
  compiler: string;
}

export interface BuildOptions {
  /** Only to test narrower vectors than the widest. */
  lanes?: number | undefined;
  /** Ends the compiler, and leaves the cache as it was. */
  signal?: AbortSignal | undefined;
}

/**
 * Asks the compiler what this processor has, and compiles the kernels if the user's cache lacks them; `again` even if not.
 * Throws ZooError `engine-unavailable`, or the signal's reason.
 */
export async function buildNative({ lanes, signal }: BuildOptions = {}, again = false): Promise<BuiltNative> {
  const compiler = await findCompiler(signal);
  if (compiler === null) {
    throw nativeUnavailable(`no C++ compiler answered (tried ${compilerCandidates().join(", ")})`);
  }
  const macros = await targetMacros(compiler, signal).catch((e: unknown) => {
    signal?.throwIfAborted();
    throw nativeUnavailable(`${compiler.command} does not know -march=native: ${firstLines(e)}`);
  });
  const vectors = vectorsOf(macros);
  if (vectors === null) {
    throw nativeUnavailable(`${compiler.command} knows no fused multiply-add for this processor`);
  }
  // Not needed by a thread whose parent built the addon, and larger than the rest of what it loads.
  const { buildAddon } = await import("./addon-build.ts");
  const file = await buildAddon(compiler, macros, lanes ?? vectors.lanes, { again, signal }).catch((e: unknown) => {
    signal?.throwIfAborted();
    throw isZooError(e, "engine-unavailable") ? e : nativeUnavailable(`the kernels were not built: ${firstLines(e)}`);
  });
  const id = lanes === undefined ? `native-${vectors.name}` : `native-${lanes}-lanes`;
  return { file, id, compiler: compiler.version };
}

/**
 * Builds the kernels if need be and loads them. What is in the cache and does not load, because a machine with another C library
 * shares this home say, is built again, once. Throws ZooError `engine-unavailable`, or the signal's reason.
 */
export async function buildAndLoad(options?: BuildOptions): Promise<{ built: BuiltNative; kernels: Kernels }> {
  const built = await buildNative(options);
  const kernels = await loadBuilt(built).catch(() => null);
  if (kernels !== null) return { built, kernels };
  const again = await buildNative(options, true);
  return { built: again, kernels: await loadBuilt(again) };
}

/** Throws ZooError `engine-unavailable` when the addon is gone, is not this user's alone, or does not load. */
export async function loadBuilt({ file, id }: BuiltNative): Promise<Kernels> {
  if (!(await isTrustedAddon(file))) throw nativeUnavailable(`${file} is gone from the cache`);
  try {
    return nativeKernels(createRequire(import.meta.url)(file) as Addon, id);
  } catch (e) {
    throw nativeUnavailable(`the kernels do not load: ${firstLines(e)}`);
  }
}
