import type { CohortData } from "../contract/engine.ts";
import type { Block } from "./block.ts";
import type { Kernels } from "./kernels.ts";

/** Images and labels where the kernels reach them. */
export interface HeldImages {
  readonly images: Block;
  readonly labels: Block;
  /** Once per `acquire`. */
  release(): void;
}

/** What cohorts hold of one pair of images and labels. */
interface Pair {
  source: Uint8Array[];
  blocks: Block[];
  holders: number;
}

/**
 * Images and labels of the cohorts that are not disposed, once for all cohorts on the same data. Data is the same when both views
 * are of the same memory: it must not change while cohorts use it.
 */
export class SharedImages {
  readonly #kernels: Kernels;
  readonly #pairs = new Set<Pair>();

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  acquire({ images, labels }: CohortData): HeldImages {
    const pair = this.#find([images, labels]) ?? this.#share([images, labels]);
    pair.holders++;
    return {
      images: pair.blocks[0],
      labels: pair.blocks[1],
      release: () => {
        pair.holders--;
        if (pair.holders === 0) this.#free(pair);
      },
    };
  }

  #find(source: Uint8Array[]): Pair | undefined {
    return [...this.#pairs].find((pair) => pair.source.every((view, i) => sameView(view, source[i])));
  }

  #share(given: Uint8Array[]): Pair {
    // Views of their own: the caller's may be of a length that follows its buffer.
    const source = given.map((view) => new Uint8Array(view.buffer, view.byteOffset, view.length));
    const pair: Pair = { source, blocks: [], holders: 0 };
    try {
      for (const view of source) pair.blocks.push(this.#kernels.share(view));
    } catch (e) {
      this.#free(pair);
      throw e;
    }
    this.#pairs.add(pair);
    return pair;
  }

  #free(pair: Pair): void {
    this.#pairs.delete(pair);
    for (const block of pair.blocks) block.free();
  }
}

function sameView(a: Uint8Array, b: Uint8Array): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.length === b.length;
}
