import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A compiler that answers what a test wants, compiles any source to the same bytes, and notes what it was asked. */
export interface FakeCompiler {
  cache: string;
  /** The folder of compiled kernels in it. */
  engineFolder: string;
  define(...macros: string[]): void;
  /** From now on any source compiles to the bytes of this file. */
  compileTo(file: string): void;
  /** First arguments of the calls so far. */
  calls(): string[];
  restore(): void;
}

/** Puts a fake compiler into CXX and an empty cache into XDG_CACHE_HOME, until `restore`. */
export function fakeCompiler(): FakeCompiler {
  const dir = mkdtempSync(join(tmpdir(), "zoo-compiler-"));
  const [command, macros, log, cache, addon] = ["c++", "macros", "log", "cache", "addon"].map((name) =>
    join(dir, name),
  );
  const before = { CXX: process.env.CXX, XDG_CACHE_HOME: process.env.XDG_CACHE_HOME };
  writeFileSync(
    command,
    `#!/bin/sh
echo "$1" >> ${log}
case "$1" in
  --version) echo "fake 1.0" ;;
  -march=native) cat ${macros} ;;
  *) while [ "$1" != "-o" ]; do shift; done; cp ${addon} "$2" ;;
esac
`,
    { mode: 0o755 },
  );
  mkdirSync(cache);
  writeFileSync(addon, "addon\n");
  Object.assign(process.env, { CXX: command, XDG_CACHE_HOME: cache });
  const define = (...names: string[]): void =>
    writeFileSync(macros, names.map((name) => `#define ${name} 1\n`).join(""));
  define("__x86_64__", "__FMA__", "__AVX2__");
  return {
    cache,
    engineFolder: join(cache, "model-zoo", "engine"),
    define,
    compileTo: (file) => copyFileSync(file, addon),
    calls: () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []),
    restore() {
      for (const [name, value] of Object.entries(before)) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
