/**
 * A process that claims shard 0 and holds it: `hold-claim.ts DIR STALE_MS [SKEW_MS]`. Prints `claimed` or `held`, `lost` when it
 * notices, and ends when its input does. SKEW_MS: how wrong its clock is.
 */
import { setTimeout } from "node:timers/promises";
import { claimShard } from "../../src/node.ts";

const [dir, staleMs, skewMs] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4] ?? 0)];
const now = Date.now;
Date.now = () => now() + skewMs;

const claim = await claimShard(dir, 0, { intervalMs: staleMs / 10, staleMs });
console.log(claim === null ? "held" : "claimed");
const ended = new AbortController();
process.stdin.once("end", () => ended.abort());
process.stdin.resume();
let told = false;
for (;;) {
  if (claim === null || ended.signal.aborted) break;
  if (claim.lost && !told) console.log("lost");
  told = claim.lost;
  await setTimeout(5);
}
await claim?.release();
process.stdin.destroy();
