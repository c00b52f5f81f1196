import { fromHex, type Hasher, sha256Hasher, toHex } from "./sha256.ts";

/** Leaves and inner nodes are hashed with different first bytes, so that no entry can pass for a pair of nodes. */
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/**
 * The tree hash of RFC 9162, section 2.1.1, over entries that come one by one: MTH of nothing is the hash of nothing, of
 * one entry HASH(0x00 || entry), of n entries HASH(0x01 || MTH(first k) || MTH(the rest)), k the largest power of 2 below n.
 * Keeps log2(n) hashes of 32 bytes.
 */
export class TreeHash {
  readonly #hasher: () => Hasher;
  /** Roots of full subtrees; their sizes are the powers of 2 that add up to `#count`, largest first. */
  readonly #full: Uint8Array[] = [];
  #count = 0;

  constructor(hasher: () => Hasher = sha256Hasher) {
    this.#hasher = hasher;
  }

  /** Adds one entry, the concatenation of `parts`. */
  add(...parts: readonly Uint8Array[]): void {
    let hash = this.#hash(LEAF, ...parts);
    this.#count++;
    for (let size = this.#count; size % 2 === 0; size /= 2)
      hash = this.#hash(NODE, this.#full.pop() as Uint8Array, hash);
    this.#full.push(hash);
  }

  /** The root of the entries so far, 32 bytes. More may be added after. */
  root(): Uint8Array {
    const [first, ...rest] = this.#full.toReversed();
    if (first === undefined) return this.#hash();
    return rest.reduce((right, left) => this.#hash(NODE, left, right), first);
  }

  #hash(...parts: readonly Uint8Array[]): Uint8Array {
    const hasher = this.#hasher();
    for (const part of parts) hasher.update(part);
    return hasher.digest();
  }
}

/** The tree hash of entries that are all there. */
export function treeHash(entries: Iterable<Uint8Array>, hasher: () => Hasher = sha256Hasher): Uint8Array {
  const tree = new TreeHash(hasher);
  for (const entry of entries) tree.add(entry);
  return tree.root();
}

/**
 * Roots of one shard, built state by state as they are trained or read.
 *
 * Of a model: over its states, entry = epoch (u32) and the model's bytes of every array at that state, in the order of the
 * manifest's arrays. Of the shard: over its rows, entry = model id (u32) and the model's root. Little-endian.
 */
export class ShardTree {
  readonly models: readonly number[];
  readonly #hasher: () => Hasher;
  readonly #trees: TreeHash[];

  constructor(models: readonly number[], hasher: () => Hasher = sha256Hasher) {
    this.models = models;
    this.#hasher = hasher;
    this.#trees = models.map(() => new TreeHash(hasher));
  }

  /** slabs: of each array, the bytes of all models at this epoch as its file holds them, rows one after the other. */
  addState(epoch: number, slabs: readonly Uint8Array[]): void {
    const prefix = u32(epoch);
    for (const [row, tree] of this.#trees.entries()) {
      const own = slabs.map((slab) => {
        const width = slab.length / this.models.length;
        return slab.subarray(row * width, (row + 1) * width);
      });
      tree.add(prefix, ...own);
    }
  }

  /** One root of 32 bytes per row. */
  modelRoots(): Uint8Array[] {
    return this.#trees.map((tree) => tree.root());
  }

  /** In hexadecimal digits, as the manifest has it. */
  root(): string {
    const tree = new TreeHash(this.#hasher);
    for (const [row, root] of this.modelRoots().entries()) tree.add(u32(this.models[row]), root);
    return toHex(tree.root());
  }
}

/** The root of a zoo over the roots of its shards, by index. In and out as hexadecimal digits. */
export function zooRoot(shards: readonly { root: string }[], hasher: () => Hasher = sha256Hasher): string {
  return toHex(
    treeHash(
      shards.map(({ root }) => fromHex(root)),
      hasher,
    ),
  );
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
