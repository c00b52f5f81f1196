import type { AnalysisCommand } from "@zoo/analysis/command";

/** The commands about one zoo, in the order in which help lists them. */
export const commands: readonly AnalysisCommand<never>[] = [];
