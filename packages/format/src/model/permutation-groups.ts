/**
 * An axis of a tensor or buffer that a permutation acts on, in blocks: entry i of the permutation moves elements
 * i * block .. (i + 1) * block - 1 along `axis` together. block = H * W where a convolution was flattened.
 */
export interface PermutedAxis {
  /** Name of a tensor, or in `buffers` of a buffer. */
  tensor: string;
  axis: number;
  block: number;
}

/**
 * Hidden units that can change places: permuting all of `out`, `in` and `buffers` alike leaves the network's function
 * unchanged. No group has the input channels or the classes.
 */
export interface PermutationGroup {
  /** Index in `Layout.shapes` of the first layer whose outputs these are. */
  layer: number;
  size: number;
  /** What makes the units: weights and biases by their first axis, and the scales and shifts of batch normalisation. */
  out: PermutedAxis[];
  /** What reads the units: weights by their second axis. */
  in: PermutedAxis[];
  /** The running statistics of the units. */
  buffers: PermutedAxis[];
}

/** The channels or features of a value between two layers: each unit of `node` is `block` consecutive entries. */
export interface Units {
  node: number;
  block: number;
}

interface Node {
  size: number;
  /** Input channels and classes: they keep their places. */
  fixed: boolean;
  /** The node that this one was merged into, and how many of these units make one of those. */
  parent: number;
  perParent: number;
}

type Side = "out" | "in" | "buffers";

/**
 * Which axes of a network must be permuted together: a union-find whose sets are the units of one value, merged
 * where two values are added. Adding can merge units as well: where [8 channels of 6 pixels], flattened, are added to 48
 * features, the features can move only in blocks of 6.
 */
export class AxisTies {
  readonly #nodes: Node[] = [];
  readonly #axes: { units: Units; side: Side; layer: number; tensor: string; axis: number }[] = [];

  /** New units, tied to nothing yet. */
  units(size: number): Units {
    this.#nodes.push({ size, fixed: false, parent: this.#nodes.length, perParent: 1 });
    return { node: this.#nodes.length - 1, block: 1 };
  }

  /** Takes these units, and what is or will be tied to them, out of all groups. */
  fix({ node }: Units): void {
    this.#nodes[this.#find(node).root].fixed = true;
  }

  /** Says that `axis` of `tensor` runs over these units. layer: index of the layer that has it. */
  bind(units: Units, side: Side, layer: number, tensor: string, axis: number): void {
    this.#axes.push({ units, side, layer, tensor, axis });
  }

  /** The units of the sum of two values of one shape. */
  add(a: Units, b: Units): Units {
    const [one, other] = [this.#find(a.node), this.#find(b.node)];
    if (one.root === other.root) return a;
    const [blockA, blockB] = [a.block * one.perRoot, b.block * other.perRoot];
    const block = leastCommonMultiple(blockA, blockB);
    const [nodeA, nodeB] = [this.#nodes[one.root], this.#nodes[other.root]];
    const merged = this.units((nodeA.size * blockA) / block).node;
    this.#nodes[merged].fixed = nodeA.fixed || nodeB.fixed;
    Object.assign(nodeA, { parent: merged, perParent: block / blockA });
    Object.assign(nodeB, { parent: merged, perParent: block / blockB });
    return { node: merged, block };
  }

  /** In the order in which the groups' first axes were bound. */
  groups(): PermutationGroup[] {
    const groups = new Map<number, PermutationGroup>();
    for (const { units, side, layer, tensor, axis } of this.#axes) {
      const { root, perRoot } = this.#find(units.node);
      const { fixed, size } = this.#nodes[root];
      if (fixed) continue;
      const group = groups.get(root) ?? { layer, size, out: [], in: [], buffers: [] };
      group[side].push({ tensor, axis, block: units.block * perRoot });
      groups.set(root, group);
    }
    return [...groups.values()];
  }

  /** The set of a node, and how many of its units make one of the set's. */
  #find(node: number): { root: number; perRoot: number } {
    let [root, perRoot] = [node, 1];
    while (this.#nodes[root].parent !== root) {
      perRoot *= this.#nodes[root].perParent;
      root = this.#nodes[root].parent;
    }
    return { root, perRoot };
  }
}

function leastCommonMultiple(a: number, b: number): number {
  let [greater, divisor] = [a, b];
  while (divisor > 0) [greater, divisor] = [divisor, greater % divisor];
  return (a / greater) * b;
}
