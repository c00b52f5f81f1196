export * from "./index.ts";
export { type Compiler, findCompiler, findVectors, type Vectors } from "./kernels/native-build.ts";

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { ZooError } from "@zoo/format";
import type { Engine } from "./contract/engine.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { laneEngine } from "./kernels/lane-cohort.ts";
import { buildAddon, compilerCandidates, findCompiler, findVectors } from "./kernels/native-build.ts";
import { type Addon, nativeKernels } from "./kernels/native-kernels.ts";
import { wasmKernels } from "./kernels/wasm.ts";
import { referenceEngine } from "./reference/cohort.ts";

export const engineNames = ["native", "wasm", "reference"] as const;
export type EngineName = "auto" | (typeof engineNames)[number];

/** Whether an engine runs on this machine, and why (not). `id` names the variant that would run. */
export interface EngineProbe {
  name: (typeof engineNames)[number];
  id: string | null;
  available: boolean;
  reason: string;
}

/**
 * The engine of that name; `auto` is native where a C++ compiler and fused multiply-add exist, else wasm.
 * The first call on a machine compiles the native kernels (some seconds) into the user's cache.
 *
 * Throws ZooError `engine-unavailable` with the reason.
 */
export async function loadEngine(name: EngineName): Promise<Engine> {
  switch (name) {
    case "auto":
      return (await probe("native")).available ? loadEngine("native") : loadEngine("wasm");
    case "native":
      return laneEngine((await loadNativeKernels()).kernels);
    case "wasm":
      return laneEngine((await loadWasmKernels()).kernels);
    case "reference":
      return referenceEngine;
    default:
      return name satisfies never;
  }
}

/** What runs here, best first. */
export async function probeEngines(): Promise<EngineProbe[]> {
  return Promise.all(engineNames.map(probe));
}

async function probe(name: EngineProbe["name"]): Promise<EngineProbe> {
  try {
    if (name === "reference") {
      return { name, id: "reference", available: true, reason: "plain TypeScript, about 200 samples a second" };
    }
    const { kernels, reason } = await (name === "native" ? loadNativeKernels() : loadWasmKernels());
    return { name, id: kernels.id, available: true, reason };
  } catch (e) {
    if (!(e instanceof ZooError)) throw e;
    return { name, id: null, available: false, reason: (e.details as { reason: string }).reason };
  }
}

/** Native kernels; `lanes` only to test narrower vectors than the widest. */
export async function loadNativeKernels(lanes?: number): Promise<{ kernels: Kernels; reason: string }> {
  const compiler = await findCompiler();
  if (compiler === null) {
    throw unavailable("native", `no C++ compiler answered (tried ${compilerCandidates().join(", ")})`);
  }
  const vectors = await findVectors(compiler).catch(() => null);
  if (vectors === null) {
    throw unavailable("native", `${compiler.command} knows no fused multiply-add for this processor`);
  }
  let kernels: Kernels;
  try {
    const file = await buildAddon(compiler, lanes ?? vectors.lanes);
    const id = lanes === undefined ? `native-${vectors.name}` : `native-${lanes}-lanes`;
    kernels = nativeKernels(createRequire(import.meta.url)(file) as Addon, id);
  } catch (e) {
    throw unavailable("native", `the kernels did not compile or load: ${firstLines(e)}`);
  }
  return { kernels, reason: `compiled by ${compiler.version}, ${kernels.lanes} models per vector` };
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

function unavailable(engine: string, reason: string): ZooError<"engine-unavailable"> {
  return new ZooError("engine-unavailable", `engine ${engine} cannot run here: ${reason}; use --engine wasm`, {
    engine,
    reason,
  });
}

function firstLines(e: unknown): string {
  const text = e instanceof Error ? (e as { stderr?: string }).stderr || e.message : String(e);
  return text.trim().split("\n").slice(0, 3).join(" ");
}
