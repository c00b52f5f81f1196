import type { AnalysisCommand } from "../cli/analysis-command.ts";

/** The commands about one zoo, in the order in which help lists them. */
export const commands: readonly AnalysisCommand<never>[] = [];
