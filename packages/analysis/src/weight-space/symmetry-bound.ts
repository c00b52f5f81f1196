import type { UnitAxis, WeightSymmetries } from "./symmetry-groups.ts";

/** A tensor, as units that a group moves; a stretch that no group moves is one with `units` 0. */
interface Piece {
  axis: UnitAxis;
  units: number;
  /** The numbers themselves are compared, since nothing changes a sign; else their norms. */
  plain: boolean;
}

/**
 * Numbers that no symmetry changes, and whose L2 distance is a lower bound of the distance modulo symmetry: for each tensor the
 * sorted norms of its units (the numbers themselves where a unit is one number whose sign stays), and of what nothing moves
 * the numbers as they are.
 *
 * Why a bound: whatever moves the units of a tensor, two units differ at least by the difference of their norms, and sorting both
 * lists is the cheapest way to pair numbers. It is loose for networks that were trained apart, whose units have similar norms, and
 * sharp for copies: 0 for those, up to rounding.
 */
export class SymmetrySignature {
  readonly #pieces: Piece[];

  constructor(symmetries: WeightSymmetries) {
    this.#pieces = piecesOf(symmetries);
  }

  /** weights [D] -> the signature, of a length that only the architecture decides. */
  of(weights: Float32Array): Float64Array {
    return Float64Array.from(this.#pieces.flatMap((piece) => pieceSignature(weights, piece)));
  }
}

/** The lower bound of two networks' distance modulo symmetry. */
export function signatureDistance(a: Float64Array, b: Float64Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));
}

function piecesOf({ D, groups }: WeightSymmetries): Piece[] {
  const flipped = new Set(
    groups.flatMap(({ axes, flips }) => (flips ? axes.filter(({ signed }) => signed).map(({ offset }) => offset) : [])),
  );
  const pieces = new Map<number, Piece>();
  for (const { axes, size } of groups) {
    for (const axis of axes) {
      const known = pieces.get(axis.offset);
      if (known !== undefined && known.axis.outer <= axis.outer) continue;
      pieces.set(axis.offset, { axis, units: size, plain: axis.inner === 1 && !flipped.has(axis.offset) });
    }
  }
  const all = [...pieces.values()].sort((a, b) => a.axis.offset - b.axis.offset);
  const withGaps: Piece[] = [];
  let end = 0;
  for (const piece of [...all, gap(D, 0)]) {
    if (piece.axis.offset > end) withGaps.push(gap(end, piece.axis.offset - end));
    withGaps.push(piece);
    end = piece.axis.offset + piece.axis.outer * piece.units * piece.axis.inner;
  }
  return withGaps;
}

function gap(offset: number, inner: number): Piece {
  return { axis: { offset, outer: 1, inner, signed: false }, units: 0, plain: true };
}

function pieceSignature(weights: Float32Array, { axis: { offset, outer, inner }, units, plain }: Piece): number[] {
  if (units === 0) return Array.from(weights.subarray(offset, offset + inner));
  const out: number[] = [];
  for (let o = 0; o < outer; o++) {
    const values = Float64Array.from({ length: units }, (_, i) => {
      const at = offset + (o * units + i) * inner;
      if (plain) return weights[at];
      let sum = 0;
      for (let d = at; d < at + inner; d++) sum += weights[d] * weights[d];
      return Math.sqrt(sum);
    });
    out.push(...values.sort());
  }
  return out;
}
