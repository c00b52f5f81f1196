import type { CohortData, ImageBatch, ImageSplit } from "@zoo/engine";

/** The images that networks are asked about. */
export interface ImageProbe {
  batch: ImageBatch & { labels: Uint8Array };
  split: ImageSplit;
  /** Which images: a sentence for `Result.definitions`. */
  definition: string;
}

/**
 * `count` images of a split: every image where there are not more, else evenly spaced in the order of the split, the
 * first one included. Throws RangeError when `count` is less than 1.
 */
export function probeImages(data: CohortData, split: ImageSplit, count: number): ImageProbe {
  if (!(count >= 1)) throw new RangeError(`probeImages: count must be 1 or more, got ${count}`);
  const indices = data.splits[split];
  const N = Math.min(Math.floor(count), indices.length);
  const size = data.shape.reduce((a, b) => a * b, 1);
  const images = new Uint8Array(N * size);
  const labels = new Uint8Array(N);
  for (let i = 0; i < N; i++) {
    const image = indices[Math.floor((i * indices.length) / N)];
    images.set(data.images.subarray(image * size, (image + 1) * size), i * size);
    labels[i] = data.labels[image];
  }
  const which = N === indices.length ? `all ${N}` : `${N} of ${indices.length}, evenly spaced,`;
  return {
    batch: { images, N, scale: data.scale, shift: data.shift, labels },
    split,
    definition: `Images: ${which} of the ${split} split.`,
  };
}
