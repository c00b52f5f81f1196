import type { Selection } from "./selection.ts";

/** Test accuracy [M] at the last epoch of a selection, after its name: "test_acc at epoch 50". */
export async function lastAccuracy({ zoo, models, epochs }: Selection): Promise<[name: string, values: Float64Array]> {
  const metrics = await zoo.metrics();
  const last = epochs[epochs.length - 1];
  const values = Float64Array.from(models, ({ id }) => metrics.value(id, last, "test_acc"));
  return [`test_acc at epoch ${last}`, values];
}
