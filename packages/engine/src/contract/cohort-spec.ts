import { deriveLayout, type Hyperparameters, hyperparameterNames, hyperparametersSchema } from "@zoo/format";
import { MAX_EPOCH } from "./cohort-state.ts";
import type { CohortData, CohortSpec } from "./engine.ts";

/**
 * The spec with members and splits of its own: what later calls read of them is what was checked, whatever the caller does.
 *
 * Throws RangeError when a member is none or differs in what a cohort shares, or the data does not fit the architecture.
 */
export function ownCohortSpec(spec: CohortSpec): CohortSpec {
  const { train, val, test } = spec.data.splits;
  const splits = { train: new Int32Array(train), val: new Int32Array(val), test: new Int32Array(test) };
  const own = { ...spec, members: spec.members.map((member) => ({ ...member })), data: { ...spec.data, splits } };
  checkMembers(own.members);
  checkData(own);
  checkStart(own);
  return own;
}

function checkMembers(members: readonly Hyperparameters[]): void {
  if (members.length === 0) throw new RangeError("a cohort needs at least one member");
  for (const [m, member] of members.entries()) {
    for (const name of hyperparameterNames) {
      const { error } = hyperparametersSchema.shape[name].safeParse(member[name]);
      if (error) throw new RangeError(`member ${m} has ${name} ${member[name]}: ${error.issues[0].message}`);
    }
  }
  for (const key of ["activation", "optimizer", "batch_size"] as const) {
    const other = members.find((member) => member[key] !== members[0][key]);
    if (other) throw new RangeError(`members of a cohort share ${key}, got ${members[0][key]} and ${other[key]}`);
  }
}

function checkData({ architecture, data }: CohortSpec): void {
  const [C, H, W] = data.shape;
  if (data.shape.join() !== architecture.input.join()) {
    throw new RangeError(
      `${architecture.name} takes images [${architecture.input.join()}], the data has [${data.shape.join()}]`,
    );
  }
  for (const name of ["scale", "shift"] as const) {
    if (data[name].length !== C)
      throw new RangeError(`${name} has ${data[name].length} values, ${C} channels need ${C}`);
  }
  const N = data.labels.length;
  const size = C * H * W;
  if (data.images.length !== N * size) {
    throw new RangeError(`${N} labels need ${N * size} bytes of images, got ${data.images.length}`);
  }
  checkSplits(data.splits, N);
  const label = data.labels.find((value) => value >= architecture.classes);
  if (label !== undefined) throw new RangeError(`label ${label} is not below classes = ${architecture.classes}`);
}

function checkSplits(splits: CohortData["splits"], N: number): void {
  for (const [name, indices] of Object.entries(splits)) {
    if (indices.length === 0) throw new RangeError(`split ${name} is empty: a mean needs at least one image`);
    const wrong = indices.find((index) => !(index >= 0 && index < N));
    if (wrong !== undefined) throw new RangeError(`split ${name} has index ${wrong}, outside 0..${N - 1}`);
  }
}

function checkStart({ architecture, members, start }: CohortSpec): void {
  if (start === undefined) return;
  const { D } = deriveLayout(architecture);
  if (start.weights.length !== members.length * D) {
    throw new RangeError(
      `start has ${start.weights.length} weights, [M, D] = [${members.length}, ${D}] needs ${members.length * D}`,
    );
  }
  if (!(Number.isInteger(start.epoch) && start.epoch >= 0 && start.epoch <= MAX_EPOCH)) {
    throw new RangeError(`the epoch of start is a whole number in 0..${MAX_EPOCH}, got ${start.epoch}`);
  }
}
