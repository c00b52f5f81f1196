import { architectures, deriveLayout } from "@zoo/format";
import { expect, test } from "vitest";
import { deadByWeights, type Runs, unitGroups } from "../../src/weights/dead-units.ts";
import { smallArchitecture } from "../support/small-zoo.ts";

const layout = deriveLayout(smallArchitecture);

/** The weights that runs are. */
function placesOf(runs: Runs[]): number[] {
  return runs.flatMap(({ offset, size, stride, count }) =>
    Array.from({ length: count * size }, (_, i) => offset + Math.floor(i / size) * stride + (i % size)),
  );
}

test("a channel is made by its kernel and read by its pixels of the flattened layer", () => {
  const [group, ...others] = unitGroups(layout);
  expect(others).toEqual([]);
  expect([group.layer, group.units]).toEqual(["layers.0", 2]);
  expect(group.incoming.map(placesOf)).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
  ]);
  // linear [3, 18] from 10 on: of each of its 3 rows, pixels 0-8 are channel 0's.
  const row = (c: number, from: number) => Array.from({ length: 9 }, (_, i) => 10 + 18 * c + from + i);
  expect(placesOf(group.outgoing[1])).toEqual([0, 1, 2].flatMap((c) => row(c, 9)));
});

test("every weight of a published network makes or reads a hidden unit, or both; biases do neither", () => {
  for (const name of ["cnn-s-1ch", "cnn-l", "mlp"] as const) {
    const own = deriveLayout(architectures[name]);
    const made = new Set<number>();
    const read = new Set<number>();
    for (const { incoming, outgoing } of unitGroups(own)) {
      for (const d of incoming.flatMap(placesOf)) made.add(d);
      for (const d of outgoing.flatMap(placesOf)) read.add(d);
    }
    const weights = own.tensors.filter(({ role }) => role === "weight");
    const last = weights[weights.length - 1];
    expect(made.size).toBe(weights.reduce((sum, { size }) => sum + size, 0) - last.size);
    expect(read.size).toBe(weights.reduce((sum, { size }) => sum + size, 0) - weights[0].size);
  }
});

test("units without incoming or outgoing weights are counted, each once; a NaN is not zero", () => {
  const { D } = layout;
  const weights = new Float32Array(3 * D).fill(1);
  weights.fill(0, 0, 4); // model 0: channel 0 is not made,
  weights[2] = -0;
  for (let c = 0; c < 3; c++) weights.fill(0, 10 + 18 * c, 10 + 18 * c + 9); // nor read
  for (let c = 0; c < 3; c++) weights.fill(0, D + 10 + 18 * c + 9, D + 10 + 18 * c + 18); // model 1: channel 1 is not read
  weights.fill(0, 2 * D, 2 * D + 8);
  weights[2 * D] = Number.NaN; // model 2: channel 1 is not made
  const { incoming, outgoing, either } = deadByWeights(weights, D, unitGroups(layout));
  expect([incoming, outgoing, either].map((counts) => Array.from(counts))).toEqual([
    [1, 0, 1],
    [1, 1, 0],
    [1, 1, 1],
  ]);
});

test("units whose layers are added are one group, with a weight that makes them in each layer", () => {
  const groups = unitGroups(deriveLayout(architectures["resnet-18-10"]));
  const [stem] = groups;
  // The stem and the second convolutions of two blocks; read by the blocks' first ones, the next stage and its shortcut.
  expect([stem.units, stem.incoming[0].length, stem.outgoing[0].length]).toEqual([64, 3, 4]);
  expect(stem.incoming[0][0]).toEqual({ offset: 0, size: 27, stride: 1728, count: 1 });
});
