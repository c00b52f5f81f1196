import type { Design } from "./design.ts";
import { factorialAnova } from "./factorial-anova.ts";
import { leastSquaresPlan } from "./least-squares-anova.ts";
import type { Anova } from "./variance.ts";

/**
 * The analysis of variance that a design allows: exact where it is full and balanced, by least squares elsewhere. `values`
 * [M] must be finite. A constant metric has shares that are NaN.
 */
export function anova(design: Design, values: Float64Array): Anova {
  return anovaPlan(design)(values);
}

/** The same for many metrics of one design. */
export function anovaPlan(design: Design): (values: Float64Array) => Anova {
  if (!design.full || !design.balanced) return leastSquaresPlan(design);
  return (values) => factorialAnova(design, values);
}
