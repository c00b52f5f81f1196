// From a fresh clone to a trained zoo and a report of it: npm run quickstart. Needs Node and npm only; see README.md.
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { execute, executeForOutput, root, setUp } from "./setup.mjs";

const started = performance.now();
const say = (text) => console.log(`\n[${((performance.now() - started) / 1000).toFixed(0)} s] ${text}`);

say("installing the locked dependencies and building (skipped where up to date)");
setUp("main");

const zooGenFile = join("packages", "gen", "bin", "zoo-gen.js");
const zooGen = (...args) => execute([process.execPath, zooGenFile, ...args]);
const zoo = freeName("zoos/mnist-10k-seed");
const unfinished = existsSync(join(root, zoo, ".partial", "run.json"));

// 32 models, and epochs for about 25 s of training on two cores (32 x 8,000 images an epoch; at 120,000 model-samples
// a second and core with native-avx512, 30,000 with wasm-relaxed). 1 for what is not in the list.
const epochsOf = { "native-avx512": 20, "native-avx2": 10, "native-neon": 6, "native-fma3": 6, "wasm-relaxed": 6 };
const engine = chosenEngine();
const epochs = epochsOf[engine] ?? 1;
say(`training a small zoo on 10,000 real MNIST digits with ${engine}, ${availableParallelism()} cores`);
const code = unfinished
  ? zooGen("resume", zoo)
  : zooGen("run", "mnist-10k-seed", "--out", zoo, "--models", "32", "--epochs", String(epochs));
if (code !== 0) process.exit(code);

say("looking at it");
const report = `${zoo}.html`;
const seen = execute([
  process.execPath,
  join("packages", "analysis", "bin", "zoo-analysis.js"),
  "report",
  zoo,
  "--out",
  report,
]);
if (seen !== 0) process.exit(seen);

say(`done. Open the report in a browser: ${join(root, report)}
zoo-gen here is "npm run -s zoo-gen --", zoo-analysis likewise, for example:

  npm run -s zoo-gen -- verify ${zoo}    the same bits again, from the recipe
  npm run -s zoo-gen -- list    the zoos of the paper
  npm run -s zoo-gen -- run usps-seed --models 64 --out zoos/usps-seed
`);

/** The id of the engine that "auto" takes. The first call on a machine compiles the native one. */
function chosenEngine() {
  const engines = JSON.parse(executeForOutput([process.execPath, zooGenFile, "engines", "--json"]));
  return engines.find(({ available }) => available).id;
}

/** The first of name, name-2, name-3 ... that is not a finished zoo. */
function freeName(name) {
  for (let i = 1; ; i++) {
    const candidate = i === 1 ? name : `${name}-${i}`;
    if (!existsSync(join(root, candidate, "zoo.json"))) return candidate;
  }
}
