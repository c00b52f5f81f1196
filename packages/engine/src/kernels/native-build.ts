import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { cpus, homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const sourceDir = fileURLToPath(new URL("../../native/", import.meta.url));
const units = ["addon.cc", "engine.cc", "tiles.cc"];
const flags = [
  "-O3",
  "-std=c++17",
  "-shared",
  "-fPIC",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-exceptions",
  "-fno-rtti",
  "-fno-strict-aliasing",
  "-w",
];

export interface Compiler {
  command: string;
  version: string;
}

/** $CXX, else the usual names. */
export function compilerCandidates(): string[] {
  return process.env.CXX ? [process.env.CXX] : ["c++", "g++", "clang++"];
}

/** The first candidate that answers. Null when none does. */
export async function findCompiler(): Promise<Compiler | null> {
  for (const command of compilerCandidates()) {
    const answer = await run(command, ["--version"]).catch(() => null);
    if (answer !== null) return { command, version: answer.stdout.split("\n")[0] };
  }
  return null;
}

/** The vector instructions that -march=native gives here. */
export interface Vectors {
  lanes: 4 | 8 | 16;
  name: string;
}

/** Asks the compiler what this processor has. Null when it has no fused multiply-add. */
export async function findVectors({ command }: Compiler): Promise<Vectors | null> {
  const { stdout } = await run(command, ["-march=native", "-dM", "-E", "-x", "c++", "/dev/null"], {
    maxBuffer: 2 ** 24,
  });
  const has = (macro: string) => stdout.includes(`#define ${macro} `);
  if (has("__aarch64__")) return { lanes: 4, name: "neon" };
  if (!has("__x86_64__") || !has("__FMA__")) return null;
  if (has("__AVX512F__") && has("__AVX512VL__") && has("__AVX512BW__") && has("__AVX512DQ__")) {
    return { lanes: 16, name: "avx512" };
  }
  return has("__AVX2__") ? { lanes: 8, name: "avx2" } : { lanes: 4, name: "fma3" };
}

/**
 * Compiles the kernels for this machine into the user's cache, once per source, compiler and processor.
 * Returns the path of the addon. Rejects with the compiler's own words when they do not compile.
 */
export async function buildAddon(compiler: Compiler, lanes: number): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "zoo-engine");
  const target = join(cache, `${await fingerprint(compiler, lanes)}.node`);
  if (await stat(target).catch(() => null)) return target;
  await mkdir(cache, { recursive: true });
  const headers = join(createRequire(import.meta.url).resolve("node-api-headers/package.json"), "../include");
  const attempt = `${target}.${randomUUID()}`;
  const wide = lanes === 16 ? ["-mprefer-vector-width=512"] : [];
  const os = process.platform === "darwin" ? ["-undefined", "dynamic_lookup"] : [];
  const sources = units.map((unit) => join(sourceDir, unit));
  try {
    const options = [...flags, "-march=native", ...wide, ...os, `-DZOO_LANES=${lanes}`, "-I", headers];
    await run(compiler.command, [...options, ...sources, "-o", attempt], { maxBuffer: 2 ** 24 });
    await rename(attempt, target);
  } finally {
    await rm(attempt, { force: true });
  }
  return target;
}

async function fingerprint(compiler: Compiler, lanes: number): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(sourceDir)).sort()) hash.update(name).update(await readFile(join(sourceDir, name)));
  const host = [process.platform, process.arch, cpus()[0]?.model ?? "", compiler.version, flags.join(" "), lanes];
  return hash.update(JSON.stringify(host)).digest("hex").slice(0, 32);
}
