import { agnes, type Cluster } from "ml-hclust";

/** How far two clusters are: nearest, farthest or mean pair, or Ward's least growth of the sum of squares (on L2 distances). */
export const linkages = ["single", "complete", "average", "ward"] as const;
export type Linkage = (typeof linkages)[number];

/** Two clusters that become one. 0 .. n - 1 are the items, n + i is what merge i makes, as in SciPy's linkage matrix. */
export interface Merge {
  left: number;
  right: number;
  height: number;
  /** Items in it. */
  size: number;
}

/** A dendrogram. */
export interface ClusterTree {
  linkage: Linkage;
  /** n - 1, by ascending height. */
  merges: Merge[];
  /** The n items from left to right, so that no branches cross. */
  order: Int32Array;
}

/** Beyond it the library, whose time grows with the cube, takes more than some ten seconds. */
export const MAX_CLUSTER_ITEMS = 1200;

/**
 * Hierarchical clustering of n items by their distances [n, n], by ml-hclust (heights are those of SciPy's `linkage`, "ward"
 * Ward's second variant). Of equal distances the first in the order of the library is taken, so ties may be merged in another order than SciPy's.
 * Throws RangeError for distances that are not finite, or of more than 1200 items.
 */
export function clusterTree(distances: Float64Array, n: number, linkage: Linkage): ClusterTree {
  if (distances.length !== n * n)
    throw new RangeError(`distances [${n}, ${n}] cannot have ${distances.length} elements`);
  if (!distances.every(Number.isFinite)) throw new RangeError("a distance is not finite; leave its states out");
  if (n > MAX_CLUSTER_ITEMS) throw new RangeError(`${n} states are too many to cluster; at most ${MAX_CLUSTER_ITEMS}`);
  if (n < 2) return { linkage, merges: [], order: Int32Array.from({ length: n }, (_, i) => i) };
  const rows = Array.from({ length: n }, (_, i) => Array.from(distances.subarray(i * n, (i + 1) * n)));
  const root = agnes(rows, { method: linkage === "ward" ? "ward2" : linkage, isDistanceMatrix: true });
  const { nodes, leaves } = inOrder(root);
  // By height; the sort is stable, so that of equal heights children stay before what they became.
  nodes.sort((a, b) => a.height - b.height);
  const number = new Map(nodes.map((node, i) => [node, n + i]));
  const numberOf = (cluster: Cluster): number => number.get(cluster) ?? cluster.index;
  const merges = nodes.map((node) => {
    const [left, right] = node.children.map(numberOf);
    return { left, right, height: node.height, size: node.size };
  });
  return { linkage, merges, order: Int32Array.from(leaves) };
}

/** Inner nodes, children first, and leaves from left to right. Without recursion: single linkage makes deep trees. */
function inOrder(root: Cluster): { nodes: Cluster[]; leaves: number[] } {
  const nodes: Cluster[] = [];
  const leaves: number[] = [];
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.isLeaf) {
      leaves.push(node.index);
    } else {
      nodes.push(node);
      waiting.push(...node.children);
    }
  }
  return { nodes: nodes.reverse(), leaves: leaves.reverse() };
}

/**
 * The tree cut into k clusters, by undoing its last k - 1 merges: for each item its cluster, 0 .. k - 1 in the order of their first
 * items. k is 1 .. n.
 */
export function cutTree({ merges, order }: ClusterTree, k: number): Int32Array {
  const n = order.length;
  if (!(Number.isInteger(k) && k >= 1 && k <= n))
    throw new RangeError(`${n} items can be 1 to ${n} clusters, not ${k}`);
  const members: number[][] = Array.from({ length: n }, (_, i) => [i]);
  const alive = new Set(members.keys());
  for (const { left, right } of merges.slice(0, n - k)) {
    alive.add(members.length);
    alive.delete(left);
    alive.delete(right);
    members.push([...members[left], ...members[right]]);
  }
  const clusters = [...alive].map((c) => members[c]).sort((a, b) => Math.min(...a) - Math.min(...b));
  const labels = new Int32Array(n);
  for (const [label, items] of clusters.entries()) for (const item of items) labels[item] = label;
  return labels;
}

/** One bracket of a drawn dendrogram: from (leftX, leftHeight) up to `height`, across, and down to (rightX, rightHeight). */
export interface Bracket {
  leftX: number;
  leftHeight: number;
  rightX: number;
  rightHeight: number;
  height: number;
}

/** Brackets, one a merge. x of an item is its place in `order`, of a cluster the middle of its two parts. */
export function brackets({ merges, order }: ClusterTree): Bracket[] {
  const x: number[] = [];
  for (const [place, item] of order.entries()) x[item] = place;
  const heights: number[] = x.map(() => 0);
  return merges.map(({ left, right, height }) => {
    const ends = [left, right].sort((a, b) => x[a] - x[b]);
    x.push((x[left] + x[right]) / 2);
    heights.push(height);
    const [a, b] = ends;
    return { leftX: x[a], leftHeight: heights[a], rightX: x[b], rightHeight: heights[b], height };
  });
}
