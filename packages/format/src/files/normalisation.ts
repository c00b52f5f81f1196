import type { DatasetEntry, Transform } from "./dataset-entry.ts";

type Normalise = Extract<Transform, { mean: number[]; std: number[] }>;

/**
 * What is wrong with `scale` and `shift`, if `transforms` has a `normalise` that comes to something else; null where they
 * agree to the rounding of float32, in whatever order a writer divides.
 */
export function normalisationFault({ shape, scale, shift, transforms }: DatasetEntry): string | null {
  const [channels] = shape;
  for (const [i, step] of transforms.entries()) {
    if (!isNormalise(step)) continue;
    const { mean, std } = step;
    const at = `dataset.transforms[${i}]`;
    if (mean.length !== channels || std.length !== channels)
      return `${at}: mean and std must have one number per channel, ${channels}`;
    for (const [c, s] of std.entries()) {
      const made = [1 / (255 * s), -mean[c] / s];
      if (isNear(scale[c], made[0]) && isNear(shift[c], made[1])) continue;
      return (
        `${at} has mean ${mean[c]} and std ${s} of channel ${c}, which make scale ${made[0]} and shift ${made[1]}, ` +
        `but dataset.scale and dataset.shift have ${scale[c]} and ${shift[c]}`
      );
    }
  }
  return null;
}

// The schema lets no other step have this type.
function isNormalise(step: Transform): step is Normalise {
  return step.type === "normalise";
}

function isNear(stated: number, exact: number): boolean {
  return Math.abs(stated - exact) <= 2 ** -23 * Math.abs(stated);
}
