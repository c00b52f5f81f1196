import { bytes, count, percent, plural, printable, table, writeJson } from "@zoo/cli";
import { ZooError } from "@zoo/format";
import { openZoo, readClaims, readCommits, readProgress } from "@zoo/format/node";
import { populationTable, summarize } from "../cli/summary.ts";
import type { World } from "../cli/world.ts";
import { folderBytes, inspectFolder } from "../run/folder.ts";
import type { RunFile } from "../run/run-file.ts";
import { shardPlan } from "../run/shard-plan.ts";
import { planOf } from "./resume.ts";

export async function statusCommand(dir: string, flags: { json?: boolean }, world: World): Promise<number> {
  const state = inspectFolder(dir);
  if (state.kind === "free") {
    throw new ZooError("zoo-incomplete", `${dir}: no zoo and no run here; start one: zoo-gen run RECIPE --out ${dir}`, {
      path: dir,
    });
  }
  const status = state.kind === "finished" ? await finishedStatus(dir) : await startedStatus(dir, state.run);
  if (flags.json) {
    const { text: _, ...data } = status;
    writeJson(world.stdout, data);
  } else world.stdout.write(status.text);
  return 0;
}

async function finishedStatus(dir: string) {
  const zoo = await openZoo(dir);
  try {
    const { manifest, models } = zoo;
    const population = summarize(await zoo.metrics());
    const disk = folderBytes(dir);
    const { numerics } = manifest;
    const engines = [...new Set(manifest.shards.flatMap(({ engines }) => engines))].sort();
    const next = `zoo-gen verify ${dir}`;
    const head = table([
      ["zoo", manifest.name],
      ["state", "finished"],
      ["models", count(models.length)],
      ["epochs", `${count(manifest.epochs)}, ${plural(manifest.states.length, "state")} stored`],
      ["engines", printable(engines.join(", "))],
      ["numerics", printable(`${numerics.name}${numerics.exact ? ", exact" : ""}`)],
      ["root", manifest.root],
      ["disk", bytes(disk)],
      ["next", next],
    ]);
    return {
      state: "finished",
      name: manifest.name,
      models: models.length,
      epochs: manifest.epochs,
      states: manifest.states,
      engines,
      numerics,
      root: manifest.root,
      bytes: disk,
      population,
      next,
      text: `${head}\n${populationTable(population)}`,
    };
  } finally {
    await zoo.close();
  }
}

async function startedStatus(dir: string, run: RunFile) {
  const plan = planOf(run);
  const claims = (await readClaims(dir)).filter(({ state }) => state === "alive" || state === "unknown");
  const owners = [
    ...new Set(claims.map(({ owner }) => (owner === null ? "?" : `process ${owner.pid} on ${owner.host}`))),
  ];
  const done = new Set((await readCommits(dir)).map(({ entry }) => entry.index));
  const shards: ShardStatus[] = [];
  for (const shard of plan.shards) {
    const { index, models } = shard;
    const progress = done.has(index) ? null : await readProgress(dir, shardPlan(plan, shard, run.numerics));
    const epoch = done.has(index) ? plan.epochs : (progress?.epoch ?? null);
    shards.push({
      shard: index,
      models: models.length,
      done: done.has(index),
      epoch,
      test_acc: progress?.test_acc ?? null,
    });
  }
  const saved = shards.reduce((sum, { models, epoch }) => sum + models * (epoch === null ? 0 : epoch + 1), 0);
  const total = plan.models.length * plan.measured.length;
  const disk = folderBytes(dir);
  const state = claims.length === 0 ? "interrupted" : "running";
  const next = claims.length === 0 ? `zoo-gen resume ${dir}` : `wait, or help: zoo-gen resume ${dir}`;
  const head = table([
    ["zoo", run.recipe.name],
    ["state", owners.length === 0 ? state : printable(`${state}: ${owners.join(", ")}`)],
    ["models", `${count(plan.models.length)} (${run.models})`],
    ["epochs", `${count(plan.epochs)}, ${plural(plan.states.length, "state")} to store`],
    ["done", `${count(done.size)} of ${plural(plan.shards.length, "shard")}`],
    ["trained", `${count(saved)} of ${count(total)} model-epochs, ${percent(saved / total)}`],
    ["disk", bytes(disk)],
    ["next", next],
  ]);
  const working = shards.filter(({ done, epoch }) => !done && epoch !== null);
  const rows = working.map(({ shard, models, epoch, test_acc }) => [
    `${shard}`,
    `${models}`,
    `${epoch}`,
    test_acc === null ? "-" : percent(test_acc),
  ]);
  const body = rows.length === 0 ? "" : `\n${table([["shard", "models", "epoch", "accuracy"], ...rows], [0, 1, 2, 3])}`;
  return {
    state,
    owners,
    name: run.recipe.name,
    models: plan.models.length,
    epochs: plan.epochs,
    statesSaved: saved,
    states: total,
    bytes: disk,
    shards,
    next,
    text: `${head}${body}`,
  };
}

interface ShardStatus {
  shard: number;
  models: number;
  done: boolean;
  /** The last one trained. */
  epoch: number | null;
  /** Mean at that epoch; null where it is not at hand. */
  test_acc: number | null;
}
