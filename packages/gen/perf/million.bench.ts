/**
 * How long do planning and finishing a zoo of 1,000,000 models take together, and how much memory?
 *
 * `npm run bench` in packages/gen, on the built package. Fabricates what training would have left (15,625 commit records, and
 * files of the right size that hold nothing), then lets `plan-and-finish.mjs`, a process of its own, plan the recipe and
 * write models.parquet, README.md, croissant.json and zoo.json.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { metricsPath, weightsPath } from "../../format/src/files/paths.ts";
import { sha256 } from "../../format/src/node/digest.ts";
import { commitBase } from "../../format/src/write/partial-paths.ts";
import { identityOf } from "../../format/src/write/shard-plan.ts";
import { makePlan, type Plan } from "../src/recipe/plan.ts";
import { parseRecipe } from "../src/recipe/recipe.ts";
import { shardPlan } from "../src/run/shard-plan.ts";
import { millionRecipe } from "./million-recipe.ts";

const METRICS_BYTES = 1000;

const dir = mkdtempSync(join(tmpdir(), "zoo-bench-"));
try {
  const plan = makePlan(parseRecipe(millionRecipe, "bench"));
  for (const shard of plan.shards) fabricate(join(dir, "zoo"), plan, shard.index);
  writeFileSync(join(dir, "recipe.json"), JSON.stringify(millionRecipe));
  const script = fileURLToPath(new URL("plan-and-finish.mjs", import.meta.url));
  for (let run = 0; run < 3; run++) {
    execFileSync(process.execPath, [script, join(dir, "recipe.json"), join(dir, "zoo")], { stdio: "inherit" });
  }
} finally {
  rmSync(dir, { recursive: true, force: true });
}

/** The record and the files of a shard. */
function fabricate(zoo: string, plan: Plan, index: number): void {
  const identity = identityOf(shardPlan(plan, plan.shards.get(index), { name: "1", exact: true }));
  const weights = {
    path: weightsPath(index),
    bytes: identity.header.length + plan.states.length * identity.slabBytes,
    sha256: sha256(identity.header),
  };
  const metrics = { path: metricsPath(index), bytes: METRICS_BYTES, sha256: sha256(`${index}`) };
  for (const { path, bytes } of [weights, metrics]) {
    mkdirSync(dirname(join(zoo, path)), { recursive: true });
    writeFileSync(join(zoo, path), "");
    truncateSync(join(zoo, path), bytes);
  }
  const models = [...plan.shards.idsOf(index)];
  const entry = { index, models, engines: ["none"], arrays: { weights }, metrics, root: sha256(identity.plan) };
  const line = JSON.stringify({ attempt: "bench.1.1.0", plan: identity.plan, entry, diverged: [] });
  const path = `${commitBase(zoo, index)}.json`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${line}\n${sha256(line)}\n`);
}
