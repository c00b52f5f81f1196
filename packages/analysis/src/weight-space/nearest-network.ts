import type { Activation } from "@zoo/format";
import type { Aligners } from "./aligners.ts";
import { type NetworkList, networkAt } from "./network-list.ts";
import { SymmetrySignature, signatureDistance } from "./symmetry-bound.ts";
import type { WeightSymmetries } from "./symmetry-groups.ts";
import { type WorkOptions, WorkTurns } from "./work-turns.ts";

export interface NearestNetwork {
  /** Index of the nearest other network, -1 where there is none. */
  index: number;
  /** L2 distance modulo symmetry as found by alignment, an upper bound; NaN where there is none. */
  distance: number;
  /** How many networks were aligned; for all others a lower bound said that they are farther away. */
  aligned: number;
}

/** A bound is taken as this much smaller, for its rounding. */
const SLACK = 1e-9;

/**
 * The network that is nearest to network `model` modulo symmetry, itself left out. Networks are aligned in the order of a lower bound
 * (`SymmetrySignature`) until the bound of the next is above the least distance found: the answer is that of aligning all.
 */
export async function nearestModuloSymmetry(
  networks: NetworkList,
  model: number,
  aligners: Aligners,
  options: WorkOptions = {},
): Promise<NearestNetwork> {
  const target = networkAt(networks, model);
  const own = networks.activations[model];
  const signatures = new Map<WeightSymmetries, { signature: SymmetrySignature; target: Float64Array }>();
  const bound = (index: number, activation: Activation): number => {
    const { symmetries } = aligners.of(activation, own);
    let made = signatures.get(symmetries);
    if (made === undefined) {
      const signature = new SymmetrySignature(symmetries);
      made = { signature, target: signature.of(target) };
      signatures.set(symmetries, made);
    }
    return signatureDistance(made.signature.of(networkAt(networks, index)), made.target);
  };
  const candidates = networks.activations
    .map((activation, index) => ({ index, activation, bound: index === model ? Number.NaN : bound(index, activation) }))
    .filter(({ bound }) => Number.isFinite(bound))
    .sort((a, b) => a.bound - b.bound);
  const turns = new WorkTurns(candidates.length, options);
  let [nearest, least, aligned] = [-1, Number.POSITIVE_INFINITY, 0];
  for (const { index, activation, bound } of candidates) {
    if (bound * (1 - SLACK) > least) break;
    const { distance } = aligners.of(activation, own).aligner.align(networkAt(networks, index), target);
    aligned++;
    if (distance < least) [nearest, least] = [index, distance];
    await turns.done();
  }
  return { index: nearest, distance: nearest === -1 ? Number.NaN : least, aligned };
}

/** For each of M networks the nearest other one, from their distances [M, M]: its index and distance, -1 and NaN where no distance is defined. */
export function nearestOfMatrix(distances: Float64Array, M: number): { index: Int32Array; distance: Float64Array } {
  const index = new Int32Array(M).fill(-1);
  const distance = new Float64Array(M).fill(Number.NaN);
  for (let i = 0; i < M; i++) {
    for (let j = 0; j < M; j++) {
      const value = distances[i * M + j];
      if (j !== i && !Number.isNaN(value) && !(value >= distance[i])) [index[i], distance[i]] = [j, value];
    }
  }
  return { index, distance };
}
