import { deriveLayout } from "@zoo/format";
import type { CohortSpec } from "./engine.ts";

/** Throws RangeError when the members disagree on what a cohort shares, or the data does not fit the architecture. */
export function checkCohortSpec({ architecture, members, data, start }: CohortSpec): void {
  if (members.length === 0) throw new RangeError("a cohort needs at least one member");
  for (const key of ["activation", "optimizer", "batch_size"] as const) {
    const other = members.find((member) => member[key] !== members[0][key]);
    if (other) throw new RangeError(`members of a cohort share ${key}, got ${members[0][key]} and ${other[key]}`);
  }
  const { D } = deriveLayout(architecture);
  if (data.shape.join() !== architecture.input.join()) {
    throw new RangeError(
      `${architecture.name} takes images [${architecture.input.join()}], the data has [${data.shape.join()}]`,
    );
  }
  const N = data.labels.length;
  const size = data.shape[0] * data.shape[1] * data.shape[2];
  if (data.images.length !== N * size) {
    throw new RangeError(`${N} labels need ${N * size} bytes of images, got ${data.images.length}`);
  }
  for (const [name, indices] of Object.entries(data.splits)) {
    const wrong = indices.find((index) => !(index >= 0 && index < N));
    if (wrong !== undefined) throw new RangeError(`split ${name} has index ${wrong}, outside 0..${N - 1}`);
  }
  if (data.splits.train.length === 0) throw new RangeError("the train split is empty");
  const label = data.labels.find((value) => value >= architecture.classes);
  if (label !== undefined) throw new RangeError(`label ${label} is not below classes = ${architecture.classes}`);
  if (start === undefined) return;
  if (start.weights.length !== members.length * D) {
    throw new RangeError(
      `start has ${start.weights.length} weights, [M, D] = [${members.length}, ${D}] needs ${members.length * D}`,
    );
  }
  if (!Number.isSafeInteger(start.epoch) || start.epoch < 0) {
    throw new RangeError(`the epoch of start is a whole number, got ${start.epoch}`);
  }
}
