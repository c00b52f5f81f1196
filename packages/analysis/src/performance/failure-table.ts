import type { ModelRow } from "@zoo/format";
import { word } from "../results/columns.ts";
import type { ResultTable } from "../results/result.ts";
import type { Baseline } from "./baseline.ts";
import { CHANCE_LEVEL } from "./failures.ts";
import { groupModels } from "./group-models.ts";
import type { Performance } from "./summarise.ts";

/** Models, and how many of them failed, by group; `excluded` are those that diverged, of the same columns. */
export function failureTable(
  { groups, failures }: Performance,
  excluded: readonly ModelRow[],
  by: readonly string[],
): ResultTable {
  const diverged = groupModels(excluded, by);
  const labels = [...new Set([...groups, ...diverged].map(({ label }) => label))];
  const count = (flags: Uint8Array, models: Int32Array): number => models.reduce((sum, m) => sum + flags[m], 0);
  const columns = [
    ["models", "models, those that diverged among them"],
    ["diverged", "a weight or loss is not finite at some epoch; left out of all other tables"],
    ["chance", "test_acc after the last epoch is not significantly above that of the most frequent class"],
    ["dead", "at chance, with a loss no smaller than the best answer that is the same for all images"],
    ["frozen", "val and test metrics of the last two measured epochs are the same to the last bit"],
  ] as const;
  return {
    name: "failures",
    caption: "Models that failed.",
    columns: [
      word("group", "which models"),
      ...columns.map(([name, description]) => ({ name, type: "INT32" as const, description })),
    ],
    rows: labels.map((label) => {
      const models = groups.find((group) => group.label === label)?.models ?? new Int32Array(0);
      const lost = diverged.find((group) => group.label === label)?.models.length ?? 0;
      const { chance, dead, frozen } = failures;
      return [label, models.length + lost, lost, count(chance, models), count(dead, models), count(frozen, models)];
    }),
  };
}

/** By what rule models are said to have failed after an epoch. */
export function failureDefinition({ accuracy, loss, counted }: Baseline, epoch: number): string {
  const [rate, labels] = counted
    ? ["the rate of the most frequent class of the test images", "the test labels"]
    : ["1 / classes (the labels are not known)", "equally frequent classes"];
  return `Chance: P(X >= right answers) > ${CHANCE_LEVEL} for X binomial with ${(100 * accuracy).toFixed(2)} %, ${rate}. Dead: at chance, and test_loss >= ${loss.toFixed(4)}, the entropy of ${labels}. Both after epoch ${epoch}. Dead units are counted by the command weights.`;
}
