import type { Layout, ParameterTensor } from "@zoo/format";

/** `count` runs of `size` consecutive weights, `stride` apart, the first at `offset`. */
export interface Runs {
  offset: number;
  size: number;
  stride: number;
  count: number;
}

/** The hidden units of one place in a network: channels of a convolution or features. */
export interface UnitGroup {
  /** Path of the first layer that makes them: "layers.0". */
  layer: string;
  units: number;
  /** The weights that make each unit, biases and scales apart: [units][..] */
  incoming: Runs[][];
  /** The weights that read each unit: [units][..] */
  outgoing: Runs[][];
}

/** Units whose weights are all zero: each [M, groups]. */
export interface DeadByWeights {
  /** Units all of whose incoming weights are 0: they give the same for every image. */
  incoming: Int32Array;
  /** Units all of whose outgoing weights are 0: nothing reads them. */
  outgoing: Int32Array;
  /** Either of the two. */
  either: Int32Array;
}

/**
 * The hidden units of a network, from the permutation groups of its layout: units of layers whose outputs are added are one
 * group. Input channels and classes are not hidden.
 */
export function unitGroups({ permutation, shapes, tensors }: Layout): UnitGroup[] {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return permutation.map(({ layer, size, out, in: read }) => {
    const runs = (axes: typeof out, unit: number): Runs[] =>
      axes.flatMap(({ tensor: name, axis, block }) => {
        const tensor = byName.get(name);
        return tensor?.role === "weight" ? [runsOf(tensor, axis, unit * block, block)] : [];
      });
    const units = Array.from({ length: size }, (_, unit) => unit);
    return {
      layer: shapes[layer].path,
      units: size,
      incoming: units.map((unit) => runs(out, unit)),
      outgoing: units.map((unit) => runs(read, unit)),
    };
  });
}

/** Elements of a tensor whose coordinate along `axis` is from .. from + count - 1. */
function runsOf(
  { shape, offset }: Pick<ParameterTensor, "shape" | "offset">,
  axis: number,
  from: number,
  count: number,
): Runs {
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const outer = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  return { offset: offset + from * inner, size: count * inner, stride: shape[axis] * inner, count: outer };
}

/**
 * Counts units that are dead by the stored weights [M, D] alone: zero exactly, of either sign; NaN is not zero. A unit that no
 * weight reads at all (none do in a layout) would count as outgoing.
 */
export function deadByWeights(weights: Float32Array, D: number, groups: readonly UnitGroup[]): DeadByWeights {
  const M = weights.length / D;
  if (!Number.isInteger(M)) throw new RangeError(`weights [M, ${D}] cannot have ${weights.length} elements`);
  const G = groups.length;
  const [incoming, outgoing, either] = [1, 2, 3].map(() => new Int32Array(M * G));
  for (let m = 0; m < M; m++) {
    const zero = (runs: Runs[]): boolean => runs.every((run) => isZero(weights, m * D, run));
    for (const [g, group] of groups.entries()) {
      for (let unit = 0; unit < group.units; unit++) {
        const unmade = zero(group.incoming[unit]);
        const unread = zero(group.outgoing[unit]);
        incoming[m * G + g] += Number(unmade);
        outgoing[m * G + g] += Number(unread);
        either[m * G + g] += Number(unmade || unread);
      }
    }
  }
  return { incoming, outgoing, either };
}

function isZero(weights: Float32Array, from: number, { offset, size, stride, count }: Runs): boolean {
  for (let run = 0; run < count; run++) {
    const start = from + offset + run * stride;
    for (let d = start; d < start + size; d++) if (weights[d] !== 0) return false;
  }
  return true;
}
