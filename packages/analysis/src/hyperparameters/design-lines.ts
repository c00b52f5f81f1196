import { plural } from "@zoo/cli";
import type { HyperparameterEffects } from "./analyse.ts";
import type { Anova } from "./variance.ts";

/** What shares of the variance are. */
export const sharesLine =
  "eta2: share of the total sum of squares. total: of all terms of a factor; totals overlap. omega2 takes off what noise adds. No transform: accuracies near 0 or 1 are no better than they are; a logit would weigh them more.";

const seedLines = {
  crossed:
    "Every combination has the same seeds, each once: the seed's share is what seeds do to all alike and to each combination; F compares with seed x combination.",
  nested:
    "Combinations have seeds of their own: the seed's share, and what F compares with, is what is within combinations.",
  incomplete:
    "Combinations share seeds, but some lack some of them: what seeds do to all alike is taken for noise within combinations, which is the seed's share and what F compares with.",
  alone: "Only the seed differs: all variance is the seed's.",
  none: "No combination has two models: the seed's share cannot be told from interactions.",
} as const;

/** What one must know of a design and of the analysis of it: sentences for `Result.definitions`. */
export function designLines({ design, anova, dropped, metric, epoch }: HyperparameterEffects): string[] {
  const { factors, combinations, counts, full, balanced, constant, implied, seed } = design;
  const grid = factors.map(({ levels }) => levels.length).join(" x ");
  const size = factors.reduce((product, { levels }) => product * levels.length, 1);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const each = least === most ? plural(least, "model") : `${least} to ${plural(most, "model")}`;
  const exact = anova.method === "exact";
  const names = factors.map(({ name }) => name).join(", ");
  return [
    ...(factors.length === 0
      ? []
      : [
          exact
            ? `Full factorial: ${names} (${grid} = ${combinations.length} combinations), ${each} each; sums of squares are exact and add up.`
            : `No full and balanced factorial: ${combinations.length} of ${size} combinations of ${names} (${grid})${
                full ? "" : " are there"
              }, ${each} each${balanced ? "" : ", not equally many"}. Estimated by least squares with main effects and pairs, sums of squares of type II, which do not add up; types I and III give others. Means by level are not adjusted.`,
        ]),
    seedLines[seed],
    ...(factors.length === 0 ? [] : [errorLine(anova)]),
    ...(constant.length === 0
      ? []
      : [`The same in all models: ${constant.map(({ name, value }) => `${name} ${value}`).join(", ")}.`]),
    ...implied.map(({ name, by }) => `${name} is not a factor of its own: ${by} implies it.`),
    ...(dropped === 0 ? [] : [`${metric} after epoch ${epoch}: ${plural(dropped, "model")} left out, not finite.`]),
  ];
}

function errorLine({ error: { df, term } }: Anova): string {
  if (df === 0) return "There is no error to compare effects with: f, p, omega2 and intervals are n/a.";
  const why =
    term === "higher interactions"
      ? ", because no combination has two models; effects that interact look less certain than they are."
      : ": hyperparameters fixed, seeds drawn again.";
  return `f and the 95 % intervals of level means (Student's t) go by the mean square of ${term}${why}`;
}
