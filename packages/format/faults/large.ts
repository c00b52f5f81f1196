/**
 * Files of 2.5 GiB, which one call of Node neither reads nor hashes: a shard of one model with 2^27 weights and 5 states is
 * written to the middle, closed, resumed from a checkpoint as large, published, and compared with its record.
 *
 * `npm run faults:large` in packages/format. Takes 5 GiB of disk and 4 GiB of memory.
 */
import { join } from "node:path";
import { hashFile } from "../src/node/digest.ts";
import { type ShardPlan, ShardWriter } from "../src/node.ts";
import { inFolder } from "./outcome.ts";

const D = 2 ** 27;
const weights = new Float32Array(D);
for (let i = 0; i < D; i += 4096) weights[i] = i;
const tensor = { dtype: "F32" as const, shape: [1, D], data: weights };
const tensors = { a: tensor, b: tensor, c: tensor, d: tensor, e: tensor };
const epochs = [0, 1, 2, 3, 4];
const metadata = { architecture: "large", layout: JSON.stringify({ D }), numerics: "{}" };
const plan: ShardPlan = { index: 0, models: [0], states: epochs, measured: epochs, D, metadata };

async function append(writer: ShardWriter, epoch: number, save: boolean): Promise<void> {
  weights[1] = epoch;
  const row = { model: 0, epoch, train_loss: 1, train_acc: 0, val_loss: 1, val_acc: 0, test_loss: 1, test_acc: 0 };
  const checkpoint = save ? { epoch, tensors } : null;
  await writer.append(epoch, { weights, metrics: [row], diverged: [], engine: "none", checkpoint });
}

await inFolder(async (dir) => {
  const first = await ShardWriter.open(dir, plan);
  for (const epoch of [0, 1, 2, 3]) await append(first, epoch, epoch === 3);
  await first.close();
  const second = await ShardWriter.open(dir, plan);
  const resumed = second.checkpoint?.tensors.e.data;
  if (second.nextEpoch !== 4 || resumed?.length !== D || resumed[1] !== 3) throw new Error("did not resume at epoch 4");
  await append(second, 4, false);
  const { entry } = await second.publish();
  const found = await hashFile(join(dir, entry.arrays.weights.path));
  if (found.sha256 !== entry.arrays.weights.sha256) throw new Error("the published file is not the one of the record");
  const resident = process.resourceUsage().maxRSS / 2 ** 20;
  console.log(
    `${(found.bytes / 2 ** 30).toFixed(2)} GiB written, resumed and published; ${resident.toFixed(1)} GiB of memory`,
  );
});
