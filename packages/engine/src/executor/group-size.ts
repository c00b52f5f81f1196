import type { Executor } from "./executor.ts";

/** Groups of small models are worth a task's overhead from here on, on every engine. */
const GROUP_MODELS = 16;

/**
 * Models that one task takes of so many: what the engine prefers, at least 16, or as few as still fill the engine where that keeps
 * all workers busy: 12 models on two workers and an engine that prefers 4 are groups of 8 and 4. The bits do not depend on it.
 */
export function groupSize(
  models: number,
  { size, engine: { preferredModels } }: Pick<Executor, "size" | "engine">,
): number {
  const filled = (atLeast: number): number => Math.ceil(atLeast / preferredModels) * preferredModels;
  return Math.min(filled(GROUP_MODELS), filled(models / size));
}
