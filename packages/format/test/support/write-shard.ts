/** A process that writes one tiny shard, slowly: `write-shard.ts DIR DELAY_MS`. Tests kill it. */
import { setTimeout } from "node:timers/promises";
import { ShardWriter } from "../../src/node.ts";
import { tinyMetrics, tinyPlan, tinySlab } from "./tiny-shard.ts";

const [dir, delay] = [process.argv[2], Number(process.argv[3])];
const plan = tinyPlan(0, [0, 2, 4], 24);
const writer = await ShardWriter.open(dir, plan);
console.log(`at ${writer.nextEpoch}`);
while (writer.nextEpoch < plan.states) {
  const e = writer.nextEpoch;
  await setTimeout(delay);
  await writer.append(tinySlab(plan.models, e, plan.D), tinyMetrics(plan.models, e), Uint8Array.of(e, 1, 2, 3));
  console.log(`saved ${e}`);
}
await writer.publish();
console.log("published");
