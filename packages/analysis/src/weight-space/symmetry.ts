import type { RandomStream } from "@zoo/engine";
import type { UnitAxis, WeightSymmetries } from "./symmetry-groups.ts";

/**
 * A change of places and signs of the hidden units, one entry per group of `WeightSymmetries`. Applied to a network it gives the one
 * whose unit i is unit `permutations[g][i]`, times `signs[g][i]` (1 or -1), of the given one.
 */
export interface Symmetry {
  permutations: Int32Array[];
  signs: Int8Array[];
}

/** Every unit in its place. */
export function identitySymmetry({ groups }: WeightSymmetries): Symmetry {
  return {
    permutations: groups.map(({ size }) => Int32Array.from({ length: size }, (_, i) => i)),
    signs: groups.map(({ size }) => new Int8Array(size).fill(1)),
  };
}

/** Uniform among all symmetries; signs only where a group has flips. */
export function randomSymmetry({ groups }: WeightSymmetries, random: RandomStream): Symmetry {
  return {
    permutations: groups.map(({ size }) => random.permutation(size)),
    signs: groups.map(({ size, flips }) =>
      Int8Array.from({ length: size }, () => (flips && random.integer(2) === 1 ? -1 : 1)),
    ),
  };
}

/** The symmetry that undoes one, exactly. */
export function invert({ permutations, signs }: Symmetry): Symmetry {
  return {
    permutations: permutations.map((permutation) => {
      const inverse = new Int32Array(permutation.length);
      for (const [i, from] of permutation.entries()) inverse[from] = i;
      return inverse;
    }),
    signs: signs.map((sign, g) => {
      const inverse = new Int8Array(sign.length);
      for (const [i, from] of permutations[g].entries()) inverse[from] = sign[i];
      return inverse;
    }),
  };
}

/** The symmetry that has the effect of `first` and then `second`. */
export function compose(second: Symmetry, first: Symmetry): Symmetry {
  return {
    permutations: second.permutations.map((permutation, g) => permutation.map((i) => first.permutations[g][i])),
    signs: second.signs.map((sign, g) => sign.map((value, i) => value * first.signs[g][second.permutations[g][i]])),
  };
}

/**
 * weights [D] -> a fresh [D] with the symmetry applied: numbers are moved and negated, never rounded. The network keeps its function
 * exactly in real arithmetic; in float32 up to the order of its sums.
 */
export function applySymmetry(weights: Float32Array, symmetry: Symmetry, symmetries: WeightSymmetries): Float32Array {
  return applied(weights, symmetry, symmetries, "axes", symmetries.D);
}

/** buffers [B] -> a fresh [B]: the running statistics go with their units; means change their sign with them. */
export function applyToBuffers(buffers: Float32Array, symmetry: Symmetry, symmetries: WeightSymmetries): Float32Array {
  return applied(buffers, symmetry, symmetries, "buffers", symmetries.B);
}

/** A symmetry as a map of single weights: applied, weight d is `sign[d]` times weight `from[d]` of the given network. Both [D]. */
export function permutationOf(symmetry: Symmetry, symmetries: WeightSymmetries): { from: Int32Array; sign: Int8Array } {
  requireFit(symmetry, symmetries);
  const from = Int32Array.from({ length: symmetries.D }, (_, d) => d);
  const sign = new Int8Array(symmetries.D).fill(1);
  for (const [g, { axes }] of symmetries.groups.entries()) {
    for (const axis of axes) {
      moveUnits(from, axis, symmetry.permutations[g]);
      moveUnits(sign, axis, symmetry.permutations[g], symmetry.signs[g]);
    }
  }
  return { from, sign };
}

/** Moves the units of one axis in place: unit i becomes unit `permutation[i]`, times `signs[i]` where the axis is signed. */
export function moveUnits(
  data: Float32Array | Int32Array | Int8Array,
  { offset, outer, inner, signed }: UnitAxis,
  permutation: Int32Array,
  signs?: Int8Array,
): void {
  const units = permutation.length;
  const before = data.slice(offset, offset + outer * units * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < units; i++) {
      const to = offset + (o * units + i) * inner;
      const from = (o * units + permutation[i]) * inner;
      const negative = signed && signs !== undefined && signs[i] < 0;
      for (let r = 0; r < inner; r++) data[to + r] = negative ? -before[from + r] : before[from + r];
    }
  }
}

function applied(
  data: Float32Array,
  symmetry: Symmetry,
  symmetries: WeightSymmetries,
  part: "axes" | "buffers",
  length: number,
): Float32Array {
  requireFit(symmetry, symmetries);
  if (data.length !== length) {
    throw new RangeError(`a network of these symmetries has ${length} numbers here, got ${data.length}`);
  }
  const moved = data.slice();
  for (const [g, group] of symmetries.groups.entries()) {
    for (const axis of group[part]) moveUnits(moved, axis, symmetry.permutations[g], symmetry.signs[g]);
  }
  return moved;
}

function requireFit({ permutations }: Symmetry, { groups }: WeightSymmetries): void {
  const sizes = (list: readonly number[]): string => `[${list.join(", ")}]`;
  const [has, needs] = [sizes(permutations.map(({ length }) => length)), sizes(groups.map(({ size }) => size))];
  if (has !== needs) throw new RangeError(`a symmetry of groups of ${has} units does not fit a network with ${needs}`);
}
