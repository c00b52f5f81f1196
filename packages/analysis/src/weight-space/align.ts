import { RandomStream } from "@zoo/engine";
import { LinearAssignment } from "./linear-assignment.ts";
import { applySymmetry, compose, identitySymmetry, moveUnits, randomSymmetry, type Symmetry } from "./symmetry.ts";
import type { SymmetryGroup, UnitAxis, WeightSymmetries } from "./symmetry-groups.ts";
import { addUnitSimilarity, innerProduct, squaredDifference } from "./unit-similarity.ts";

export interface AlignOptions {
  /**
   * `incoming` (default): the units of each group, in the order of the network, are first matched by what makes them, their inputs being
   * matched already. `identity`: the units as they stand, as in the published code. A symmetry: that one.
   */
  start?: "incoming" | "identity" | Symmetry;
  /** Random starts besides; the nearest of all ends is kept, the earliest among equals. Default 0. */
  restarts?: number;
  /** Of the random starts, and of the order of the groups in each sweep after them. Default 1. */
  seed?: number;
}

export interface Alignment {
  /** Apply it to the source (`applySymmetry`) to get the network that is nearest to the target. */
  symmetry: Symmetry;
  /** L2 distance of the moved source from the target; NaN where either has a weight that is not finite. */
  distance: number;
  /** The same of the source as it is; `distance` is never greater. */
  rawDistance: number;
  /**
   * Which start led there: 0 is `start`, k the k-th random one, -1 the source as it
   * is, from which a descent is made where it is nearer than all other ends.
   */
  restart: number;
  /** Sweeps over all groups that changed something, after that start. */
  sweeps: number;
}

interface Start {
  from: "incoming" | "identity" | Symmetry;
  /** Gives the order of the groups in each sweep; else it is theirs. */
  random: RandomStream | null;
}

/** Sweeps after which a descent ends even if it still gains. The published code has the same limit; trained CNN-s took at most 6. */
const MAX_SWEEPS = 100;
/** A gain below this share of the product of the two norms is rounding. */
const ROUNDING = 1e-12;

/**
 * The symmetry of `source` under which it is nearest to `target` in L2, as far as coordinate descent finds it: one group after
 * another gets the best places (and signs) of its units while all others stay, which is a linear assignment, until nothing gains.
 *
 * weights: each [D]. It is weight matching (Ainsworth et al. 2023, "Git Re-Basin", algorithm 1) with another start, with signs, and
 * with a fixed order of the groups. The end is a local optimum: `distance` is an upper bound of the distance modulo
 * symmetry. From the start `incoming` a copy moved by any of these symmetries is found again exactly, as long as no two units of a group
 * have equal incoming weights (up to sign, with flips). Without restarts, aligning target to source gives the inverse symmetry
 * and the same distance, up to rounding. Where units of a group are tied to themselves through one layer (`quadratic`) the
 * assignment is of the linearised problem and is kept only if it gains.
 */
export function align(
  source: Float32Array,
  target: Float32Array,
  symmetries: WeightSymmetries,
  options: AlignOptions = {},
): Alignment {
  return new Aligner(symmetries, options).align(source, target);
}

/** `align` for many pairs of one architecture: keeps its scratch memory, O(D + n^2) for n units of the largest group. */
export class Aligner {
  readonly #symmetries: WeightSymmetries;
  readonly #options: Required<AlignOptions>;
  readonly #assignment: LinearAssignment;
  readonly #similarity: Float64Array;
  readonly #cost: Float64Array;
  readonly #columns: Int32Array;
  readonly #signs: Int8Array;

  constructor(symmetries: WeightSymmetries, { start = "incoming", restarts = 0, seed = 1 }: AlignOptions = {}) {
    if (!(Number.isInteger(restarts) && restarts >= 0 && restarts <= 0xffff)) {
      throw new RangeError(`align: restarts must be an integer in 0..65535, got ${restarts}`);
    }
    const largest = Math.max(0, ...symmetries.groups.map(({ size }) => size));
    this.#symmetries = symmetries;
    this.#options = { start, restarts, seed };
    this.#assignment = new LinearAssignment(largest);
    this.#similarity = new Float64Array(largest * largest);
    this.#cost = new Float64Array(largest * largest);
    this.#columns = new Int32Array(largest);
    this.#signs = new Int8Array(largest);
  }

  align(source: Float32Array, target: Float32Array): Alignment {
    const { D } = this.#symmetries;
    if (source.length !== D || target.length !== D) {
      const rule = `networks of these symmetries have ${D} weights each`;
      throw new RangeError(`align: ${rule}, got ${source.length} and ${target.length}`);
    }
    const rawDistance = Math.sqrt(squaredDifference(source, target));
    const scale = Math.sqrt(innerProduct(source, source) * innerProduct(target, target));
    const symmetry = identitySymmetry(this.#symmetries);
    if (!Number.isFinite(scale)) {
      return { symmetry, distance: Number.NaN, rawDistance: Number.NaN, restart: -1, sweeps: 0 };
    }
    let best: Alignment = { symmetry, distance: Number.POSITIVE_INFINITY, rawDistance, restart: -1, sweeps: 0 };
    const keepNearer = (start: Start, restart: number): void => {
      const end = this.#descend(source, target, start, ROUNDING * scale);
      if (end.distance < best.distance) best = { ...end, rawDistance, restart };
    };
    keepNearer({ from: this.#options.start, random: null }, 0);
    for (let k = 1; k <= this.#options.restarts; k++) {
      const random = new RandomStream(this.#options.seed, "ALIGNMENT", k);
      keepNearer({ from: randomSymmetry(this.#symmetries, random), random }, k);
    }
    if (rawDistance < best.distance) keepNearer({ from: "identity", random: null }, -1);
    return best;
  }

  #descend(
    source: Float32Array,
    target: Float32Array,
    { from, random }: Start,
    rounding: number,
  ): { symmetry: Symmetry; distance: number; sweeps: number } {
    const { groups } = this.#symmetries;
    const symmetry = identitySymmetry(this.#symmetries);
    if (typeof from !== "string") Object.assign(symmetry, compose(from, symmetry));
    const moved = typeof from === "string" ? source.slice() : applySymmetry(source, from, this.#symmetries);
    if (from === "incoming") {
      for (const g of groups.keys()) this.#improve(g, "incoming", symmetry, moved, target, Number.NEGATIVE_INFINITY);
    }
    // A group can gain only after a change of one that it shares a tensor with.
    const stale = groups.map(() => true);
    for (let sweeps = 0; ; sweeps++) {
      const order = random === null ? groups.keys() : random.permutation(groups.length);
      let gained = false;
      for (const g of order) {
        if (!stale[g]) continue;
        stale[g] = false;
        if (!this.#improve(g, "axes", symmetry, moved, target, rounding)) continue;
        gained = true;
        for (const other of groups[g].neighbours) stale[other] = true;
      }
      if (!gained || sweeps === MAX_SWEEPS) {
        return { symmetry, distance: Math.sqrt(squaredDifference(moved, target)), sweeps };
      }
    }
  }

  /** Gives one group its best places and signs by some of its axes; changes `symmetry` and `moved` if that gains more than `least`. */
  #improve(
    g: number,
    part: "axes" | "incoming",
    symmetry: Symmetry,
    moved: Float32Array,
    target: Float32Array,
    least: number,
  ): boolean {
    const group = this.#symmetries.groups[g];
    const gain = this.#match(group, group[part], moved, target);
    if (!(gain > least)) return false;
    const columns = this.#columns.slice(0, group.size);
    const signs = this.#signs.slice(0, group.size);
    const move = (permutation: Int32Array, sign: Int8Array): void => {
      for (const axis of group.axes) moveUnits(moved, axis, permutation, sign);
    };
    if (group.quadratic && part === "axes") {
      const before = moved.slice();
      move(columns, signs);
      if (!(innerProduct(moved, target) - innerProduct(before, target) > least)) {
        moved.set(before);
        return false;
      }
    } else move(columns, signs);
    const { permutations, signs: kept } = symmetry;
    kept[g] = signs.map((sign, i) => sign * kept[g][columns[i]]);
    permutations[g] = columns.map((i) => permutations[g][i]);
    return true;
  }

  /** Fills `#columns` and `#signs`; returns by how much the inner product with the target grows. */
  #match(
    { size: n, flips }: SymmetryGroup,
    axes: readonly UnitAxis[],
    moved: Float32Array,
    target: Float32Array,
  ): number {
    const [similarity, cost, columns, signs] = [this.#similarity, this.#cost, this.#columns, this.#signs];
    similarity.fill(0, 0, n * n);
    cost.fill(0, 0, n * n);
    for (const axis of axes) addUnitSimilarity(axis.signed ? similarity : cost, n, axis, target, moved);
    let gain = 0;
    for (let i = 0; i < n; i++) gain -= similarity[i * n + i] + cost[i * n + i];
    for (let at = 0; at < n * n; at++) {
      cost[at] = -(cost[at] + (flips ? Math.abs(similarity[at]) : similarity[at]));
    }
    this.#assignment.solve(cost, n, columns);
    for (let i = 0; i < n; i++) {
      const at = i * n + columns[i];
      signs[i] = flips && similarity[at] < 0 ? -1 : 1;
      gain -= cost[at];
    }
    return gain;
  }
}
