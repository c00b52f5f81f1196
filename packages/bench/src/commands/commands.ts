import type { AnalysisCommand } from "@zoo/analysis/command";
import { hyperrepEmbed } from "./hyperrep-embed.ts";
import { hyperrepEval } from "./hyperrep-eval.ts";
import { hyperrepTrain } from "./hyperrep-train.ts";

/** The commands about one zoo, in the order in which help lists them. A name of two words is a command of a group. */
export const commands: readonly AnalysisCommand<never>[] = [hyperrepTrain, hyperrepEmbed, hyperrepEval];
