import { join } from "node:path";
import { ZooError } from "@zoo/format";
import { openZoo } from "@zoo/format/node";
import { populationTable, scoresOf, summarize } from "../cli/summary.ts";
import { bytes, count, percent, plural, table } from "../cli/text.ts";
import type { World } from "../cli/world.ts";
import { lockHolder } from "../run/lock.ts";
import { folderBytes } from "../run/preflight.ts";
import { inspectFolder, type RunFile } from "../run/run-folder.ts";
import { readNote } from "../run/shard-note.ts";
import { planOf } from "./resume.ts";

export async function statusCommand(dir: string, flags: { json?: boolean }, world: World): Promise<number> {
  const state = inspectFolder(dir);
  if (state.kind === "free") {
    throw new ZooError("zoo-incomplete", `${dir}: no zoo and no run here; start one: zoo-gen run RECIPE --out ${dir}`, {
      path: dir,
    });
  }
  const status = state.kind === "finished" ? await finishedStatus(dir) : startedStatus(dir, state.run);
  if (flags.json) {
    const { text: _, ...data } = status;
    world.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
  } else world.stdout.write(status.text);
  return 0;
}

async function finishedStatus(dir: string) {
  const zoo = await openZoo(dir);
  try {
    const { manifest, models } = zoo;
    const population = summarize(scoresOf(await zoo.metrics()));
    const disk = folderBytes(dir);
    const next = `zoo-gen verify ${dir}`;
    const head = table([
      ["zoo", manifest.name],
      ["state", "finished"],
      ["models", count(models.length)],
      ["epochs", count(manifest.epochs)],
      ["engine", `${manifest.engine.id}, numerics ${manifest.numerics_version}`],
      ["disk", bytes(disk)],
      ["next", next],
    ]);
    return {
      state: "finished",
      name: manifest.name,
      models: models.length,
      epochs: manifest.epochs,
      bytes: disk,
      population,
      next,
      text: `${head}\n${populationTable(population)}`,
    };
  } finally {
    await zoo.close();
  }
}

function startedStatus(dir: string, run: RunFile) {
  const plan = planOf(run);
  const holder = lockHolder(join(dir, ".partial"));
  const shards = plan.shards.map(({ index, models }) => {
    const note = readNote(dir, index);
    return { shard: index, models: models.length, epoch: note?.epoch ?? null, test_acc: note?.test_acc ?? null };
  });
  const saved = shards.reduce((sum, { models, epoch }) => sum + models * (epoch === null ? 0 : epoch + 1), 0);
  const measured = shards.filter(({ test_acc }) => test_acc !== null);
  const weight = measured.reduce((sum, { models }) => sum + models, 0);
  const accuracy = measured.reduce((sum, { models, test_acc }) => sum + models * (test_acc ?? 0), 0) / weight;
  const total = plan.models.length * plan.E;
  const disk = folderBytes(dir);
  const state = holder === null ? "interrupted" : "running";
  const next = holder === null ? `zoo-gen resume ${dir}` : "wait, or stop it with Ctrl-C and resume later";
  const head = table([
    ["zoo", run.recipe.name],
    ["state", holder === null ? state : `${state}, process ${holder.pid} on ${holder.host}`],
    ["models", `${count(plan.models.length)} (${run.models})`],
    ["epochs", count(plan.epochs)],
    ["saved", `${count(saved)} of ${plural(total, "state")}, ${percent(saved / total)}`],
    ["accuracy so far", percent(accuracy)],
    ["disk", bytes(disk)],
    ["next", next],
  ]);
  const rows = shards.map(({ shard, models, epoch, test_acc }) => [
    `${shard}`,
    `${models}`,
    epoch === null ? "-" : `${epoch}`,
    test_acc === null ? "-" : percent(test_acc),
  ]);
  return {
    state,
    pid: holder?.pid ?? null,
    name: run.recipe.name,
    models: plan.models.length,
    epochs: plan.epochs,
    statesSaved: saved,
    states: total,
    test_acc: Number.isNaN(accuracy) ? null : accuracy,
    bytes: disk,
    shards,
    next,
    text: `${head}\n${table([["shard", "models", "epoch", "accuracy"], ...rows], [0, 1, 2, 3])}`,
  };
}
