import { runCompiler } from "./run-compiler.ts";

export interface Compiler {
  command: string;
  version: string;
}

/** $CXX, else the usual names. */
export function compilerCandidates(): string[] {
  return process.env.CXX ? [process.env.CXX] : ["c++", "g++", "clang++"];
}

/** The first candidate that answers. Null when none does. */
export async function findCompiler(signal?: AbortSignal): Promise<Compiler | null> {
  for (const command of compilerCandidates()) {
    const answer = await runCompiler(command, ["--version"], signal).catch(() => null);
    signal?.throwIfAborted();
    if (answer !== null) return { command, version: answer.split("\n")[0] };
  }
  return null;
}

/** The vector instructions that -march=native gives here. */
export interface Vectors {
  lanes: 4 | 8 | 16;
  name: string;
}

/** Null when this processor has no fused multiply-add. Rejects with the compiler's own words when it knows no -march=native. */
export async function findVectors(compiler: Compiler): Promise<Vectors | null> {
  return vectorsOf(await targetMacros(compiler));
}

/**
 * Every macro that the compiler defines for -march=native: the instructions that it would use on this machine, one a line, which
 * the processor's name does not tell (a virtual machine or a kernel masks some of them).
 */
export async function targetMacros({ command }: Compiler, signal?: AbortSignal): Promise<string> {
  return await runCompiler(command, ["-march=native", "-dM", "-E", "-x", "c++", "/dev/null"], signal);
}

export function vectorsOf(macros: string): Vectors | null {
  const has = (macro: string) => macros.includes(`#define ${macro} `);
  if (has("__aarch64__")) return { lanes: 4, name: "neon" };
  if (!has("__x86_64__") || !has("__FMA__")) return null;
  if (has("__AVX512F__") && has("__AVX512VL__") && has("__AVX512BW__") && has("__AVX512DQ__")) {
    return { lanes: 16, name: "avx512" };
  }
  return has("__AVX2__") ? { lanes: 8, name: "avx2" } : { lanes: 4, name: "fma3" };
}
