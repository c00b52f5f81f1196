import { type Activation, type Architecture, deriveLayout, type Layout, type PermutedAxis } from "@zoo/format";
import { signFlips } from "./sign-flips.ts";

/** Where the units of a group lie in a flat vector: unit i has elements offset + (o * units + i) * inner + 0 .. inner - 1 of each o < outer. */
export interface UnitAxis {
  offset: number;
  outer: number;
  inner: number;
  /** Whether a flip of the unit changes the sign of these elements; the scales of batch normalisation keep theirs. */
  signed: boolean;
}

/** Hidden units that can change places and, with `flips`, signs. */
export interface SymmetryGroup {
  /** The first tensor that makes the units, without `.weight`: `layers.0`. */
  name: string;
  size: number;
  flips: boolean;
  /** What makes the units and what reads them, in the vector of weights. */
  axes: readonly UnitAxis[];
  /** Of those, what makes the units and reads only inputs or units of earlier groups. Never empty. */
  incoming: readonly UnitAxis[];
  /** Their running statistics, in the vector of buffers. */
  buffers: readonly UnitAxis[];
  /** Groups whose changes change what is best here: they share a tensor with this one. */
  neighbours: readonly number[];
  /** A tensor has the units on both of its axes: matching is then no longer linear in the permutation. */
  quadratic: boolean;
}

/** All symmetries of a network that an alignment uses. */
export interface WeightSymmetries {
  D: number;
  B: number;
  /** In the order of the layout: a group's first tensor reads inputs or units of an earlier group. */
  groups: readonly SymmetryGroup[];
}

export interface SymmetryOptions {
  /** Of the models that will be aligned; sign flips must keep the function of all of them. */
  activations: Iterable<Activation>;
  /** Whether sign flips are used where they keep the function (`signFlips`); default true. */
  signs?: boolean;
}

/** The permutations, and the sign flips where there are any, that keep the function of networks of one architecture. */
export function symmetriesOf(
  architecture: Architecture,
  { activations, signs = true }: SymmetryOptions,
): WeightSymmetries {
  const layout = deriveLayout(architecture);
  const { D, B, permutation } = layout;
  const flips = signFlips(architecture, permutation, activations);
  const makers = new Map(permutation.flatMap(({ out }, g) => out.map((axis) => [axis.tensor, g] as const)));
  const readers = new Map(permutation.flatMap((group, g) => group.in.map((axis) => [axis.tensor, g] as const)));
  const joined = Array.from(makers).flatMap(([tensor, maker]) => {
    const reader = readers.get(tensor);
    return reader === undefined ? [] : [[maker, reader] as const];
  });
  return {
    D,
    B,
    groups: permutation.map((group, g) => {
      const earlier = group.out.filter(({ tensor }) => (readers.get(tensor) ?? -1) < g);
      return {
        name: group.out[0].tensor.replace(/\.weight$/, ""),
        size: group.size,
        flips: signs && flips[g],
        axes: [...group.out, ...group.in].map((axis) => unitAxis(layout, axis)),
        incoming: earlier.map((axis) => unitAxis(layout, axis)),
        buffers: group.buffers.map((axis) => unitAxis(layout, axis)),
        neighbours: [...new Set(joined.flatMap(([a, b]) => (a === g ? [b] : b === g ? [a] : [])))],
        quadratic: group.in.some(({ tensor }) => makers.get(tensor) === g),
      };
    }),
  };
}

/** Multiplications of one sweep of an alignment over all groups: 41,000 of CNN-s; for choosing how many pairs to align. */
export function sweepCost({ groups }: WeightSymmetries): number {
  return groups.reduce((sum, { size, axes }) => {
    return sum + axes.reduce((cost, { outer, inner }) => cost + size * size * outer * inner, 0);
  }, 0);
}

function unitAxis({ tensors, buffers }: Layout, { tensor, axis, block }: PermutedAxis): UnitAxis {
  const parameter = tensors.find(({ name }) => name === tensor);
  const place = parameter ?? buffers.find(({ name }) => name === tensor);
  if (place === undefined) throw new RangeError(`the layout has no tensor ${tensor}`);
  const { shape, offset, name } = place;
  const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
  return {
    offset,
    outer: product(shape.slice(0, axis)),
    inner: block * product(shape.slice(axis + 1)),
    signed: parameter === undefined ? name.endsWith("running_mean") : parameter.role !== "scale",
  };
}
