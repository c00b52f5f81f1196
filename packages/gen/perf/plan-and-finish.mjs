// node plan-and-finish.mjs RECIPE ZOO: plans a recipe and finishes its zoo, whose shards are committed, on a copy of its records.
import { cpSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makePlan } from "../dist/recipe/plan.js";
import { parseRecipe } from "../dist/recipe/recipe.js";
import { finishZoo } from "../dist/run/finish.js";

const [recipe, zoo] = process.argv.slice(2);
const seconds = (from) => ((performance.now() - from) / 1000).toFixed(2);
const data = {
  name: "mnist",
  shape: [1, 28, 28],
  classes: 10,
  splits: { train: [0], val: [0], test: [0] },
  scale: [1],
  shift: [0],
  transforms: [],
  sources: [],
  sha256: "0".repeat(64),
  notes: [],
};

const records = join(zoo, ".partial");
cpSync(records, `${zoo}-records`, { recursive: true }); // finishing clears them away
const started = performance.now();
const plan = makePlan(parseRecipe(JSON.parse(readFileSync(recipe, "utf8")), recipe));
const planned = performance.now();
await finishZoo(plan, zoo, data, { name: "1", exact: true });
console.log(
  `planned in ${((planned - started) / 1000).toFixed(2)} s, finished in ${seconds(planned)} s, ${seconds(started)} s together; ` +
    `peak memory ${(process.resourceUsage().maxRSS / 1000).toFixed(0)} MB`,
);
for (const file of ["zoo.json", "models.parquet", "README.md", "croissant.json"]) rmSync(join(zoo, file));
rmSync(records, { recursive: true, force: true });
renameSync(`${zoo}-records`, records);
