import type { Segment } from "@zoo/engine";
import type { Aligners } from "./aligners.ts";
import { type NetworkList, networkAt } from "./network-list.ts";
import { applySymmetry, type Symmetry } from "./symmetry.ts";
import { squaredDifference } from "./unit-similarity.ts";
import { type WorkOptions, WorkTurns } from "./work-turns.ts";

/** L2 distances of networks before and after alignment. */
export interface AlignedDistances {
  /** [parts, M, M] of all pairs, [parts, M, N] between two lists, [parts, M] to a reference. */
  raw: Float64Array;
  /**
   * The same after the alignment of the whole network. Of the whole never greater than raw; of a part it can be, since all parts are
   * moved together.
   */
  aligned: Float64Array;
}

/**
 * All pairs of M networks. The later one of a pair is aligned to the earlier one, and the distance stands for both directions:
 * from the start `incoming` without restarts the other direction gives the same up to rounding; random starts differ.
 *
 * parts: stretches of the vector [D], usually `weightParts`. Time grows with M^2: about .2 ms a pair for CNN-s
 * without restarts. A pair with a weight that is not finite is NaN.
 */
export async function alignedDistances(
  networks: NetworkList,
  parts: readonly Segment[],
  aligners: Aligners,
  options: WorkOptions = {},
): Promise<AlignedDistances> {
  const M = networks.activations.length;
  const out = emptyDistances(parts.length * M * M);
  const turns = new WorkTurns((M * (M - 1)) / 2, options);
  for (let i = 0; i < M; i++) {
    for (let j = i + 1; j < M; j++) {
      const pair = alignPair(networks, j, networks, i, parts, aligners);
      setParts(out, pair, (p) => (p * M + i) * M + j);
      setParts(out, pair, (p) => (p * M + j) * M + i);
      await turns.done();
    }
  }
  return out;
}

/** Each of M networks with each of N others of the same architecture; the former are moved. */
export async function alignedDistancesBetween(
  networks: NetworkList,
  others: NetworkList,
  parts: readonly Segment[],
  aligners: Aligners,
  options: WorkOptions = {},
): Promise<AlignedDistances> {
  const [M, N] = [networks.activations.length, others.activations.length];
  const out = emptyDistances(parts.length * M * N);
  const turns = new WorkTurns(M * N, options);
  for (let i = 0; i < M; i++) {
    for (let j = 0; j < N; j++) {
      setParts(out, alignPair(networks, i, others, j, parts, aligners), (p) => (p * M + i) * N + j);
      await turns.done();
    }
  }
  return out;
}

/** M networks aligned to one. */
export interface ReferenceAlignment extends AlignedDistances {
  /** [M]: what moves each network towards the reference. */
  symmetries: Symmetry[];
  /** [M, D]: the networks, moved. */
  moved: Float32Array;
}

/** Aligns M networks to the first of `reference`; of a zoo that is larger than memory pass block after block. */
export async function alignToReference(
  networks: NetworkList,
  reference: NetworkList,
  parts: readonly Segment[],
  aligners: Aligners,
  options: WorkOptions = {},
): Promise<ReferenceAlignment> {
  const M = networks.activations.length;
  const out = emptyDistances(parts.length * M);
  const symmetries: Symmetry[] = [];
  const moved = new Float32Array(networks.weights.length);
  const turns = new WorkTurns(M, options);
  for (let i = 0; i < M; i++) {
    const pair = alignPair(networks, i, reference, 0, parts, aligners);
    setParts(out, pair, (p) => p * M + i);
    symmetries.push(pair.symmetry);
    moved.set(pair.moved, i * pair.moved.length);
    await turns.done();
  }
  return { ...out, symmetries, moved };
}

interface AlignedPair {
  /** By part. */
  raw: number[];
  aligned: number[];
  symmetry: Symmetry;
  moved: Float32Array;
}

function alignPair(
  sources: NetworkList,
  i: number,
  targets: NetworkList,
  j: number,
  parts: readonly Segment[],
  aligners: Aligners,
): AlignedPair {
  const { aligner, symmetries } = aligners.of(sources.activations[i], targets.activations[j]);
  const [source, target] = [networkAt(sources, i), networkAt(targets, j)];
  const { symmetry, distance } = aligner.align(source, target);
  const moved = applySymmetry(source, symmetry, symmetries);
  const distances = (from: Float32Array): number[] =>
    parts.map(({ offset, size }) => {
      if (Number.isNaN(distance)) return distance;
      return Math.sqrt(squaredDifference(from.subarray(offset, offset + size), target.subarray(offset, offset + size)));
    });
  return { raw: distances(source), aligned: distances(moved), symmetry, moved };
}

function emptyDistances(size: number): AlignedDistances {
  return { raw: new Float64Array(size), aligned: new Float64Array(size) };
}

function setParts(out: AlignedDistances, pair: AlignedPair, at: (part: number) => number): void {
  for (const p of pair.raw.keys()) {
    out.raw[at(p)] = pair.raw[p];
    out.aligned[at(p)] = pair.aligned[p];
  }
}
