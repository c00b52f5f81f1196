import { createHash, randomUUID } from "node:crypto";
import { open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "@zoo/format/node";
import type { Compiler } from "./compiler.ts";
import { runCompiler } from "./run-compiler.ts";
import { isTrustedAddon, makePrivateFolder } from "./trusted-files.ts";
import { firstLines, nativeUnavailable } from "./unavailable.ts";

const sourceDir = fileURLToPath(new URL("../../native/", import.meta.url));
const HOUR_MS = 3_600_000;
const units = ["addon.cc", "engine.cc", "tiles.cc", "dense.cc"];
const flags = [
  "-O3",
  "-std=c++17",
  "-march=native",
  "-shared",
  "-fPIC",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-exceptions",
  "-fno-rtti",
  "-fno-strict-aliasing",
  "-fwrapv", // integers of vectors overflow on purpose: hashes, exponents
  "-w",
];

/**
 * Compiles the kernels for this machine into the user's cache, once per source, compiler, flags and instruction set (`macros`).
 * Returns the path of the addon; the file and its folder are this user's alone. `again` compiles even what is there: another
 * machine with the same home may have left what does not load here. An abort ends the compiler and leaves nothing of its file.
 *
 * Throws ZooError `engine-unavailable` with the compiler's own words when they do not compile, or with what is wrong with the cache.
 */
export async function buildAddon(
  compiler: Compiler,
  macros: string,
  lanes: number,
  { again = false, signal }: { again?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const options = [...flags, `-DZOO_LANES=${lanes}`];
  if (lanes === 16) options.push("-mprefer-vector-width=512");
  if (process.platform === "darwin") options.push("-undefined", "dynamic_lookup");
  const folder = join(cacheFolder(process.env), "engine");
  const target = join(folder, `${await fingerprint([compiler.version, macros, ...options])}.node`);
  await makePrivateFolder(folder);
  const there = await isTrustedAddon(target);
  if (!there || again) {
    await removeAbandoned(folder);
    await compile(compiler, options, target, signal);
  }
  return target;
}

/** Two processes may compile at once: each into a file of its own, which then takes the name. */
async function compile(
  { command }: Compiler,
  options: readonly string[],
  target: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const headers = join(createRequire(import.meta.url).resolve("node-api-headers/package.json"), "../include");
  const attempt = `${target}.${randomUUID()}`; // removeAbandoned knows these names
  const sources = units.map((unit) => join(sourceDir, unit));
  try {
    await runCompiler(command, [...options, "-I", headers, ...sources, "-o", attempt], signal).catch((e: unknown) => {
      signal?.throwIfAborted();
      throw nativeUnavailable(`${command} does not compile the kernels: ${firstLines(e)}`);
    });
    await makePrivateAndDurable(attempt);
    await rename(attempt, target);
  } finally {
    await rm(attempt, { force: true });
  }
}

/** What compilations leave that were killed; none takes an hour. */
async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!/\.node\.[0-9a-f-]{36}$/.test(name)) continue;
    const file = join(folder, name);
    const found = await stat(file).catch(() => null); // another process may have been faster
    if (found !== null && Date.now() - found.mtimeMs > HOUR_MS) await rm(file, { force: true });
  }
}

/** A file that loses its bytes in a power cut would never be compiled again. */
async function makePrivateAndDurable(file: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.chmod(0o700);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function fingerprint(circumstances: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(sourceDir)).sort()) hash.update(name).update(await readFile(join(sourceDir, name)));
  hash.update(JSON.stringify([process.platform, process.arch, ...circumstances]));
  return hash.digest("hex").slice(0, 32);
}
