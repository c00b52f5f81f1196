import { type MetricRow, type ModelRow, metricNames, type Zoo, ZooError } from "@zoo/format";
import { draw } from "../recipe/draw.ts";
import { expand, type PlannedModel } from "../recipe/expand.ts";
import { parseRecipe } from "../recipe/recipe.ts";
import { metricRows } from "../run/metrics.ts";
import type { Pool } from "../run/pool.ts";
import { cut, split } from "../run/train.ts";

/** The first thing in which a stored model and its retraining differ. */
export interface Difference {
  model: number;
  epoch: number;
  /** "layers.0.weight[17]", "test_loss", or a column of models.parquet (then epoch is 0). */
  what: string;
  stored: string;
  retrained: string;
}

/** `n` ids of the zoo, ascending; which ones follows from `seed`. All of them if there are not so many. */
export function sampleModels(ids: readonly number[], n: number, seed: number): number[] {
  const left = [...ids];
  const picked = Array.from({ length: Math.min(n, left.length) }, (_, i) => {
    return left.splice(draw("sample", seed, i, 0, 0, left.length), 1)[0];
  });
  return picked.sort((a, b) => a - b);
}

/** What the recipe in zoo.json makes of these models, or the first column in which models.parquet says otherwise. */
export function plannedModels(zoo: Zoo, ids: readonly number[], source: string): PlannedModel[] | Difference {
  const all = expand(parseRecipe(zoo.manifest.recipe, source));
  const planned: PlannedModel[] = [];
  for (const id of ids) {
    const model = all[id];
    if (model === undefined) {
      const rule = `has model ${id}, and its recipe makes models 0-${all.length - 1}`;
      throw new ZooError("bad-zoo", `${source} ${rule}`, { path: source, rule });
    }
    const expected = { ...model.hyperparameters, split: model.split };
    const stored: ModelRow = zoo.models.get(id);
    for (const [name, value] of Object.entries(expected)) {
      const found = stored[name as keyof typeof expected];
      if (found !== value) return { model: id, epoch: 0, what: name, stored: `${found}`, retrained: `${value}` };
    }
    planned.push(model);
  }
  return planned;
}

/**
 * Retrains models of a zoo for all its epochs and compares every weight and metric bit by bit.
 * Returns the first difference by epoch and model, or null. `onShare` is told which fraction is done.
 */
export async function retrain(
  zoo: Zoo,
  models: readonly PlannedModel[],
  pool: Pool,
  groupSize: number,
  onShare: (share: number) => void,
): Promise<Difference | null> {
  const found: Difference[] = [];
  let compared = 0;
  const groups = groupByCohort(models).flatMap((alike) => cut(alike, split(alike.length, groupSize)));
  await Promise.all(
    groups.map(async (group, g) => {
      const members = group.map(({ hyperparameters }) => hyperparameters);
      const ids = group.map(({ id }) => id);
      let state: Uint8Array | null = null;
      for (let epoch = 0; epoch < zoo.manifest.states; epoch++) {
        if (found.some((difference) => difference.epoch < epoch)) return;
        const result = await pool.run({ group: `${g}`, members, epoch, state });
        state = result.state;
        const rows = metricRows(ids, epoch, [result]);
        const difference = (await compareWeights(zoo, ids, epoch, result.weights)) ?? (await compareMetrics(zoo, rows));
        if (difference !== null) found.push(difference);
        compared += group.length;
        onShare(compared / (models.length * zoo.manifest.states));
      }
    }),
  );
  return found.sort((a, b) => a.epoch - b.epoch || a.model - b.model)[0] ?? null;
}

function groupByCohort(models: readonly PlannedModel[]): PlannedModel[][] {
  const groups = new Map<string, PlannedModel[]>();
  for (const model of models) {
    const { activation, optimizer, batch_size } = model.hyperparameters;
    const key = `${activation} ${optimizer} ${batch_size}`;
    groups.set(key, [...(groups.get(key) ?? []), model]);
  }
  return [...groups.values()];
}

async function compareWeights(
  zoo: Zoo,
  ids: number[],
  epoch: number,
  weights: Float32Array,
): Promise<Difference | null> {
  const stored = (await zoo.weightsAt(epoch, ids)).data;
  const [a, b] = [bits(stored), bits(weights)];
  const at = a.findIndex((word, i) => word !== b[i]);
  if (at < 0) return null;
  const { D, tensors } = zoo.manifest.layout;
  const element = at % D;
  const tensor = tensors.findLast(({ offset }) => offset <= element);
  return {
    model: ids[Math.floor(at / D)],
    epoch,
    what: `${tensor?.name}[${element - (tensor?.offset ?? 0)}]`,
    stored: `${stored[at]} (0x${a[at].toString(16).padStart(8, "0")})`,
    retrained: `${weights[at]} (0x${b[at].toString(16).padStart(8, "0")})`,
  };
}

const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);

async function compareMetrics(zoo: Zoo, rows: readonly MetricRow[]): Promise<Difference | null> {
  const metrics = await zoo.metrics();
  for (const row of rows) {
    const stored = metrics.at(row.model, row.epoch);
    const what = metricNames.find((name) => !Object.is(stored[name], row[name]));
    if (what === undefined) continue;
    return { model: row.model, epoch: row.epoch, what, stored: `${stored[what]}`, retrained: `${row[what]}` };
  }
  return null;
}
