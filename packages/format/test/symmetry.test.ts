import { describe, expect, test } from "vitest";
import { type Architecture, architectures, deriveLayout, type PermutationGroup } from "../src/index.ts";
import { forward } from "./support/forward.ts";
import { oddNetworks, randomState, slimResnet } from "./support/networks.ts";
import { permute, rotation } from "./support/permute.ts";
import { randomNetwork } from "./support/random-network.ts";

const small = Object.values(architectures).filter(({ name }) => !name.startsWith("resnet"));
const networks = [...small, slimResnet, ...Object.values(oddNetworks)].map((a) => [a.name, a] as const);

describe.each(networks)("%s", (_, architecture) => {
  const { tensors, buffers, permutation } = deriveLayout(architecture);
  const state = randomState(architecture);
  const logits = forward(architecture, state.weights, state.image, state);
  const move = (from: typeof state, group: PermutationGroup, sides: ("out" | "in" | "buffers")[]) => {
    const order = rotation(group.size);
    const side = (name: "out" | "in" | "buffers") => (sides.includes(name) ? group[name] : []);
    const weights = permute(from.weights, tensors, [...side("out"), ...side("in")], order);
    return { ...from, weights, buffers: permute(from.buffers, buffers, side("buffers"), order) };
  };
  const distance = (other: typeof state): number =>
    Math.max(
      ...forward(architecture, other.weights, other.image, other).map((logit, l) => Math.abs(logit - logits[l])),
    );

  test("permuting the units of any group leaves the logits unchanged", () => {
    for (const group of permutation) {
      expect(distance(move(state, group, ["out", "in", "buffers"]))).toBeLessThan(1e-14);
    }
    const all = permutation.reduce((from, group) => move(from, group, ["out", "in", "buffers"]), state);
    expect(distance(all)).toBeLessThan(1e-14); // float64 sums in another order; worst seen 6.2e-16
  });

  test("permuting only what makes the units, or only what reads them, or all but their statistics, changes the logits", () => {
    for (const group of permutation.filter(({ size }) => size > 1)) {
      expect(distance(move(state, group, ["out", "buffers"]))).toBeGreaterThan(1e-3);
      expect(distance(move(state, group, ["in"]))).toBeGreaterThan(1e-3);
    }
    for (const group of permutation.filter((group) => group.buffers.length > 0)) {
      expect(distance(move(state, group, ["out", "in"]))).toBeGreaterThan(1e-3);
    }
  });
});

const grouped = (architecture: Architecture): string[] =>
  deriveLayout(architecture).permutation.map(({ size, ...sides }) =>
    [size, ...[...sides.out, ...sides.in].map(({ tensor, axis, block }) => `${tensor.slice(7)}:${axis}:${block}`)].join(
      " ",
    ),
  );

test("features that are added to the input keep their places", () => {
  expect(grouped(oddNetworks["the input added to features"])).toEqual([
    "4 0.body.0.weight:0:1 0.body.1.weight:0:1 0.body.1.bias:0:1 0.body.3.weight:1:1",
  ]);
});

test("one convolution inside a residual has both its axes in one group", () => {
  expect(grouped(oddNetworks["one convolution between equal channels"])).toEqual([
    "4 0.weight:0:1 1.weight:0:1 1.bias:0:1 2.body.0.weight:0:1 2.body.0.weight:1:1 4.weight:1:16",
  ]);
});

test("features that are added to flattened channels move in blocks, with the channels", () => {
  expect(grouped(oddNetworks["features added to flattened channels"])).toEqual([
    "4 0.weight:0:1 2.body.2.weight:0:6 2.body.2.bias:0:6 2.body.0.weight:1:6 5.weight:1:6",
    "5 2.body.0.weight:0:1 2.body.0.bias:0:1 2.body.2.weight:1:1",
  ]);
});

test("blocks of 4 added to blocks of 9 move in blocks of 36", () => {
  expect(grouped(oddNetworks["two flattenings whose blocks differ"])).toEqual([
    "2 0.body.0.weight:0:9 0.shortcut.0.weight:0:4 0.shortcut.1.weight:0:4 0.shortcut.1.bias:0:4 2.weight:1:36",
  ]);
});

test("random networks keep their logits under every group, and no axis is in two", () => {
  let groups = 0;
  let tied = 0;
  for (let seed = 0; seed < 200; seed++) {
    const architecture = randomNetwork(seed);
    const { tensors, buffers, permutation, D, B } = deriveLayout(architecture);
    const { weights, buffers: statistics, image } = randomState(architecture, seed);
    expect([weights.length, statistics.length]).toEqual([D, B]);
    const logits = forward(architecture, weights, image, { buffers: statistics });
    const axes = permutation.flatMap(({ out, in: reads, buffers }) => [...out, ...reads, ...buffers]);
    expect(new Set(axes.map(({ tensor, axis }) => `${tensor} ${axis}`)).size).toBe(axes.length);
    for (const { size, out, in: reads, buffers: own } of permutation) {
      const order = rotation(size);
      const moved = forward(architecture, permute(weights, tensors, [...out, ...reads], order), image, {
        buffers: permute(statistics, buffers, own, order),
      });
      const worst = Math.max(...moved.map((logit, l) => Math.abs(logit - logits[l])));
      expect(worst, `${architecture.name}: ${out[0].tensor}`).toBeLessThan(1e-13); // worst seen 1.8e-15
      groups++;
      if (out.filter(({ tensor }) => (tensors.find(({ name }) => name === tensor)?.shape.length ?? 0) > 1).length > 1)
        tied++;
    }
  }
  expect(groups).toBeGreaterThan(1000);
  expect(tied).toBeGreaterThan(100); // groups that several layers make
});
