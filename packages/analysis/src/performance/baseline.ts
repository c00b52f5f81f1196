import type { DatasetEntry } from "@zoo/format";

/** What answering without looking at the images reaches on the test split. */
export interface Baseline {
  /** Images of the split. */
  images: number;
  /** The accuracy of always answering the most frequent class. */
  accuracy: number;
  /** The entropy of the labels in nats: no answer that is the same for all images has a smaller loss. */
  loss: number;
  /** Whether the numbers of images per class are known, or all classes are taken to be equally frequent. */
  counted: boolean;
}

/** Test images per class of data sets that @zoo/data loads, by the SHA-256 of their images and labels. */
const testCounts: Readonly<Record<string, readonly number[]>> = {
  // mnist
  c2069063c1105f2bf96266aef1ff68c6e13bdda7a54e37bf19c16f1db24efc83: [
    980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
  ],
  // fashion-mnist
  "2cbc59191665e1ba3f2494648f17edac5974f748ab89fb2ae05597d658161f54": [
    1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000,
  ],
  // usps
  c7fbdf9d023a821a6338cb575bf69ec6d5874d5698499fa454130b5bc064976c: [359, 264, 198, 166, 200, 160, 170, 147, 166, 177],
  // mnist-10k
  ae4907044174637358c4ead202bec1ca9e0c19a3fdee18a1dfee908e0727c917: [100, 113, 99, 103, 98, 86, 102, 107, 94, 98],
};

/** The baseline of the test split of a zoo's data. */
export function baselineOf({ sha256, splits, classes }: DatasetEntry): Baseline {
  const counts = testCounts[sha256];
  if (counts !== undefined && counts.reduce((a, b) => a + b, 0) === splits.test) {
    return { ...baselineOfCounts(counts), counted: true };
  }
  return { images: splits.test, accuracy: 1 / classes, loss: Math.log(classes), counted: false };
}

/** images: of each class; at least one image. */
export function baselineOfCounts(images: readonly number[]): Omit<Baseline, "counted"> {
  const all = images.reduce((a, b) => a + b, 0);
  const shares = images.filter((n) => n > 0).map((n) => n / all);
  return {
    images: all,
    accuracy: Math.max(...shares),
    loss: -shares.reduce((sum, share) => sum + share * Math.log(share), 0),
  };
}
