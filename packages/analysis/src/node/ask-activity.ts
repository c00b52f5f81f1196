import type { RunOptions } from "@zoo/engine";
import type { Executor } from "@zoo/engine/node";
import { deriveLayout } from "@zoo/format";
import type { ImageProbe } from "../population/image-probe.ts";
import type { Selection } from "../population/selection.ts";
import type { LayerActivity } from "../weights/activity-table.ts";
import { ActivityMeter, type ActivityRule, activationLayers, activityRule } from "../weights/unit-activity.ts";
import { askModels } from "./ask-models.ts";

export interface ActivityOptions extends RunOptions {
  rule?: ActivityRule;
  /** Models that are followed at once; 256 unless given. */
  blockModels?: number;
  /** Images that are asked about at once; 64 unless given. */
  blockImages?: number;
}

/** Asks what the units of every activation layer did on the images, at each epoch of a selection.
 * In memory are the activations of a task's models on 64 images, and the least and greatest ones of 256 models. */
export async function* askActivity(
  executor: Executor,
  { zoo, models, epochs }: Pick<Selection, "zoo" | "models" | "epochs">,
  { batch }: ImageProbe,
  { rule = activityRule, blockModels = 256, blockImages = 64, ...run }: ActivityOptions = {},
): AsyncGenerator<LayerActivity> {
  const { architecture } = zoo.manifest;
  const { shapes } = deriveLayout(architecture);
  const size = batch.images.length / batch.N;
  for (const epoch of epochs) {
    for (const { layer, path, kind } of activationLayers(architecture)) {
      const shape = shapes.find((one) => one.path === path)?.out ?? [];
      const answer: LayerActivity = {
        layer: path,
        units: shape[0],
        epoch,
        constant: new Int32Array(models.length),
        zero: new Int32Array(models.length),
        saturated: new Float64Array(models.length),
      };
      for (let first = 0; first < models.length; first += blockModels) {
        const block = models.slice(first, first + blockModels);
        const meters = block.map(({ activation }) => new ActivityMeter(1, shape, kind ?? activation, rule));
        for (let from = 0; from < batch.N; from += blockImages) {
          const N = Math.min(blockImages, batch.N - from);
          const images = batch.images.subarray(from * size, (from + N) * size);
          const question = { question: "activations" as const, layer, batch: { ...batch, images, N } };
          for await (const { indices, answer } of askModels(executor, zoo, block, epoch, question, run)) {
            const each = answer.data.length / indices.length;
            for (const [i, m] of indices.entries()) meters[m].add(answer.data.subarray(i * each, (i + 1) * each), N);
          }
        }
        for (const [i, meter] of meters.entries()) {
          const { constant, zero, saturated } = meter.activity();
          answer.constant[first + i] = constant[0];
          answer.zero[first + i] = zero[0];
          answer.saturated[first + i] = saturated[0];
        }
      }
      yield answer;
    }
  }
}
