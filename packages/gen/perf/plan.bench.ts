/**
 * How long does planning a recipe of 1,000,000 models take, and how much memory?
 *
 * `npm run bench` in packages/gen. Two recipes, each planned in a process of its own, so that the peak of its resident
 * memory is that of planning: a grid with 10 drawn seeds for each of 100,000 combinations, and 1,000,000 drawn seeds.
 * A plan is counted once it has been walked: every shard with every model in it.
 */
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { makePlan } from "../src/recipe/plan.ts";
import { parseRecipe } from "../src/recipe/recipe.ts";
import { millionRecipe } from "./million-recipe.ts";

const M = 1_000_000;
const recipes: Record<string, object> = {
  "grid x 10 draws": millionRecipe,
  "1 x 1,000,000 draws": {
    ...millionRecipe,
    seeds: { draw: { count: M, below: 2 ** 32 - 1, drawn_from: 1 } },
    fixed: { activation: "tanh", init: "uniform", dropout: 0, optimizer: "adam", lr: 0.001, weight_decay: 0 },
    grid: {},
  },
};

const asked = process.argv[2];
if (asked === undefined) {
  for (const name of Object.keys(recipes)) {
    const arguments_ = [...process.execArgv, fileURLToPath(import.meta.url), name];
    process.stdout.write(execFileSync(process.execPath, arguments_));
  }
} else measure(asked);

function measure(name: string): void {
  const before = process.resourceUsage().maxRSS;
  const started = performance.now();
  const plan = makePlan(parseRecipe(recipes[name], name));
  const planned = performance.now();
  let models = 0;
  for (const shard of plan.shards) models += shard.models.length;
  const walked = performance.now();
  if (models !== M) throw new Error(`${name}: ${models} models, not ${M}`);
  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(2);
  const megabytes = (kilobytes: number) => Math.round(kilobytes / 1000);
  console.log(
    `${name}: ${plan.shards.length} shards; planned in ${seconds(started, planned)} s, walked in ${seconds(planned, walked)} s; ` +
      `peak RSS ${megabytes(process.resourceUsage().maxRSS)} MB, ${megabytes(before)} MB of it before`,
  );
}
