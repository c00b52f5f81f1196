// Compiles packages/engine/native to WebAssembly. `--check` builds and compares with the committed files instead.
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { runClang } from "@yowasp/clang";

const native = new URL("../../packages/engine/native/", import.meta.url);
const target = new URL("../../packages/engine/wasm/", import.meta.url);
const check = process.argv.includes("--check");

const forModels = ["lanes", "fused", "prepare", "evaluate", "train", "ask", "math"];
const forMatrices = ["products", "products64", "matches", "statistics"];
const exported = [...forModels, ...forMatrices].map((name) => `-Wl,--export=zoo_${name}`);
const flags = [
  "-O3",
  "-std=c++17",
  "-ffp-contract=off",
  "-fno-math-errno",
  "-fno-exceptions",
  "-fno-rtti",
  "-fno-strict-aliasing",
  "-fwrapv",
  "-msimd128",
  "-mbulk-memory",
  "-mnontrapping-fptoint",
  "-DZOO_LANES=4",
  "-nostdlib",
  "-Wl,--no-entry",
  "-Wl,--export=__heap_base",
  "-Wl,-z,stack-size=65536",
  ...exported,
];
const units = ["engine.cc", "tiles.cc", "dense.cc"];
const builds = { relaxed: ["-mrelaxed-simd", "-DZOO_RELAXED"], strict: [] };

const sources = {};
for (const name of await readdir(native)) sources[name] = await readFile(new URL(name, native), "utf8");

let stale = 0;
for (const [name, extra] of Object.entries(builds)) {
  const files = await runClang(["clang++", ...flags, ...extra, ...units, "-o", "out.wasm"], sources);
  const built = files["out.wasm"];
  const file = new URL(`zoo-${name}.wasm`, target);
  if (!check) {
    await mkdir(target, { recursive: true });
    await writeFile(file, built);
    console.log(`zoo-${name}.wasm: ${built.length} bytes`);
    continue;
  }
  const committed = await readFile(file);
  if (Buffer.compare(committed, built) === 0) {
    console.log(`ok: zoo-${name}.wasm is what its sources compile to (${built.length} bytes)`);
  } else {
    console.error(`not ok: zoo-${name}.wasm differs from its sources; run: npm run wasm`);
    stale++;
  }
}
process.exitCode = stale === 0 ? 0 : 1;
