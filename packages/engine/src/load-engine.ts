import { readFile } from "node:fs/promises";
import { ZooError } from "@zoo/format";
import type { Engine } from "./contract/engine.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { laneEngine } from "./kernels/lane-engine.ts";
import { wasmKernels } from "./kernels/wasm.ts";
import { type BuiltNative, buildAndLoad, loadBuilt } from "./native/load-native.ts";
import { referenceEngine } from "./reference/reference-engine.ts";

export const engineNames = ["native", "wasm", "reference"] as const;
export type EngineName = "auto" | (typeof engineNames)[number];

/** Whether an engine runs on this machine, and why (not). `id` names the variant that would run. */
export interface EngineProbe {
  name: (typeof engineNames)[number];
  id: string | null;
  available: boolean;
  reason: string;
}

/** An engine that runs here, as data: with it another thread of this process loads the same one without asking a compiler. */
export type FoundEngine = { name: "native"; built: BuiltNative } | { name: "wasm" | "reference" };

export interface LoadOptions {
  /** An abort ends a compilation at once; the call then rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
}

/**
 * The engine of that name; `auto` is native where a C++ compiler and fused multiply-add exist, else wasm.
 * The first call on a machine compiles the native kernels (some seconds) into the user's cache.
 *
 * Throws ZooError `engine-unavailable` with the reason.
 */
export async function loadEngine(name: EngineName, options: LoadOptions = {}): Promise<Engine> {
  return (await findEngine(name, options)).engine;
}

/** As `loadEngine`, with what another thread needs for `loadFound`. */
export async function findEngine(
  name: EngineName,
  options: LoadOptions = {},
): Promise<{ engine: Engine; found: FoundEngine }> {
  if (name === "auto") return findEngine((await probe("native", options)).available ? "native" : "wasm", options);
  if (name !== "native") return { engine: await loadFound({ name }), found: { name } };
  const { built, kernels } = await buildAndLoad(options);
  return { engine: laneEngine(kernels), found: { name, built } };
}

/** Throws ZooError `engine-unavailable` when the engine no longer is where it was found. */
export async function loadFound(found: FoundEngine): Promise<Engine> {
  switch (found.name) {
    case "native":
      return laneEngine(await loadBuilt(found.built));
    case "wasm":
      return laneEngine((await loadWasmKernels()).kernels);
    case "reference":
      return referenceEngine;
    default:
      return found satisfies never;
  }
}

/** What runs here, best first. */
export async function probeEngines(options: LoadOptions = {}): Promise<EngineProbe[]> {
  return Promise.all(engineNames.map((name) => probe(name, options)));
}

async function probe(name: EngineProbe["name"], { signal }: LoadOptions): Promise<EngineProbe> {
  try {
    if (name === "reference") {
      return { name, id: "reference", available: true, reason: "plain TypeScript, about 200 samples a second" };
    }
    const { kernels, reason } = await (name === "native" ? loadNativeKernels(undefined, signal) : loadWasmKernels());
    return { name, id: kernels.id, available: true, reason };
  } catch (e) {
    signal?.throwIfAborted();
    if (!(e instanceof ZooError)) throw e;
    return { name, id: null, available: false, reason: (e.details as { reason: string }).reason };
  }
}

/** Native kernels; `lanes` only to test narrower vectors than the widest. */
export async function loadNativeKernels(
  lanes?: number,
  signal?: AbortSignal,
): Promise<{ kernels: Kernels; reason: string }> {
  const { built, kernels } = await buildAndLoad({ lanes, signal });
  return { kernels, reason: `compiled by ${built.compiler}, ${kernels.lanes} models per vector` };
}

/** WebAssembly kernels; `strict` only to test the build that needs no relaxed SIMD. */
export async function loadWasmKernels(strict = false): Promise<{ kernels: Kernels; reason: string }> {
  await enableRelaxedSimd();
  const binary = async (name: string) =>
    new Uint8Array(await readFile(new URL(`../wasm/zoo-${name}.wasm`, import.meta.url)));
  const binaries = { relaxed: await binary("relaxed"), strict: await binary("strict") };
  return wasmKernels(strict ? { ...binaries, relaxed: new Uint8Array() } : binaries);
}

/** Node 20 has relaxed SIMD behind a flag, Node 22 and later have it on. */
async function enableRelaxedSimd(): Promise<void> {
  if (Number(process.versions.node.split(".")[0]) >= 22) return;
  const v8 = await import("node:v8");
  v8.setFlagsFromString("--experimental-wasm-relaxed-simd");
}
