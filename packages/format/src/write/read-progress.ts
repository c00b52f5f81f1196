import { listAttempts } from "./attempt.ts";
import { attemptsFolder } from "./partial-paths.ts";
import { appendedEpochs } from "./shard-files.ts";
import { identityOf, type ShardPlan } from "./shard-plan.ts";

/** How far the work on a shard is. */
export interface ShardProgress {
  /** The last epoch that was written. */
  epoch: number;
  /** Mean test accuracy of the shard's models at that epoch. */
  test_acc: number;
}

/** Of the attempt that is furthest; null where there is none. Changes nothing. Throws ZooError `io`. */
export async function readProgress(zooDir: string, plan: ShardPlan): Promise<ShardProgress | null> {
  let furthest: ShardProgress | null = null;
  for (const { folder } of await listAttempts(attemptsFolder(zooDir, plan.index))) {
    const last = (await appendedEpochs(folder, identityOf(plan))).at(-1);
    if (last === undefined || last.epoch <= (furthest?.epoch ?? -1)) continue;
    const sum = last.metrics.reduce((sum, { test_acc }) => sum + test_acc, 0);
    furthest = { epoch: last.epoch, test_acc: sum / last.metrics.length };
  }
  return furthest;
}
