/**
 * One process of a run that shares a folder with others, as `zoo-gen` does, with made-up weights:
 * `worker.ts DIR [--shards 3] [--epochs 12] [--delay 4] [--stale 400] [--bits 0] [--skew 0] [--unclaimed]`.
 * Prints what it has saved; ends when every shard is published, or with the system's word for why it can't go on.
 */
import { setTimeout } from "node:timers/promises";
import { parseArgs } from "node:util";
import { isZooError } from "../src/index.ts";
import { type Claim, claimShard, readCommits, ShardWriter } from "../src/node.ts";
import { tinyEpoch, tinyPlan } from "../test/support/tiny-shard.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    shards: { type: "string", default: "3" },
    epochs: { type: "string", default: "12" },
    delay: { type: "string", default: "4" },
    stale: { type: "string", default: "400" },
    bits: { type: "string", default: "0" },
    skew: { type: "string", default: "0" },
    unclaimed: { type: "boolean", default: false },
  },
});
const [dir] = positionals;
const [shards, epochs, delay, staleMs, bits, skew] = [
  values.shards,
  values.epochs,
  values.delay,
  values.stale,
  values.bits,
  values.skew,
].map(Number);

const now = Date.now;
Date.now = () => now() + skew;

try {
  for (;;) {
    const done = new Set((await readCommits(dir)).map(({ entry }) => entry.index));
    const open = Array.from({ length: shards }, (_, index) => index).filter((index) => !done.has(index));
    if (open.length === 0) break;
    let idle = true;
    for (const index of open) {
      const claim = values.unclaimed ? null : await claimShard(dir, index, { intervalMs: staleMs / 10, staleMs });
      if (claim === null && !values.unclaimed) continue;
      idle = false;
      try {
        await write(index, claim);
      } finally {
        await claim?.release();
      }
    }
    if (idle) await setTimeout(staleMs / 4);
  }
  console.log("done");
} catch (e) {
  if (!isZooError(e, "io")) throw e;
  console.log(`failed ${e.details.errno}`);
  process.exitCode = 1;
}

async function write(index: number, claim: Claim | null): Promise<void> {
  const plan = tinyPlan(index, [3 * index, 3 * index + 1], epochs);
  const writer = await ShardWriter.open(dir, plan);
  try {
    console.log(`at ${index} ${writer.nextEpoch ?? epochs}`);
    for (let epoch = writer.nextEpoch; epoch !== null; epoch = writer.nextEpoch) {
      await setTimeout(delay);
      if (claim?.lost) return console.log(`lost ${index}`);
      const data = tinyEpoch(plan, epoch, 2);
      await writer.append(epoch, { ...data, weights: data.weights?.map((w) => w + bits) ?? null });
      if (data.checkpoint !== null) console.log(`saved ${index} ${epoch}`);
    }
    await writer.publish();
    console.log(`published ${index}`);
  } finally {
    await writer.close();
  }
}
