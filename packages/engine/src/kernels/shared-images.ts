import type { CohortData } from "../contract/engine.ts";
import type { Block } from "./block.ts";
import type { Kernels } from "./kernels.ts";

/**
 * Keeps the last images and labels where the kernels reach them, so that one cohort after another on the same data copies
 * nothing. Data is the same when both views are of the same memory: it must not change while cohorts use it.
 */
export class SharedImages {
  readonly #kernels: Kernels;
  #source: Uint8Array[] = [];
  #blocks: { images: Block; labels: Block } | null = null;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
  }

  of({ images, labels }: CohortData): { images: Block; labels: Block } {
    const source = [images, labels];
    if (this.#blocks === null || !source.every((view, i) => sameView(view, this.#source[i]))) {
      this.#blocks?.images.free();
      this.#blocks?.labels.free();
      // Views of their own: the caller's may be of a length that follows its buffer.
      this.#source = source.map((view) => new Uint8Array(view.buffer, view.byteOffset, view.length));
      this.#blocks = { images: this.#kernels.share(images), labels: this.#kernels.share(labels) };
    }
    return this.#blocks;
  }
}

function sameView(a: Uint8Array, b: Uint8Array): boolean {
  return a.buffer === b.buffer && a.byteOffset === b.byteOffset && a.length === b.length;
}
