import type { AnalysisCommand } from "../cli/analysis-command.ts";
import { diversity } from "./diversity.ts";
import { embed } from "./embed.ts";
import { hyperparameters } from "./hyperparameters.ts";
import { landscape } from "./landscape.ts";
import { summary } from "./summary.ts";
import { trajectoriesCommand } from "./trajectories.ts";
import { weightsCommand } from "./weights.ts";

/** The commands about one zoo, in the order in which help lists them. */
export const commands: readonly AnalysisCommand<never>[] = [
  summary,
  hyperparameters,
  weightsCommand,
  diversity,
  trajectoriesCommand,
  embed,
  landscape,
];
