import { expect, test } from "vitest";
import { select } from "../src/population/selection.ts";
import { stateBlocks, weightsOf } from "../src/population/state-blocks.ts";
import { smallZoo } from "./support/small-zoo.ts";

test("blocks of a bounded size hold every state once, by epoch, then model", async () => {
  const zoo = await smallZoo();
  const selection = await select(zoo, { filter: { id: { not: 2 } }, epochs: [0, 2] });
  const { D } = zoo.manifest.layout;
  const seen: string[] = [];
  for await (const { epoch, first, count, weights } of stateBlocks(selection, 2 * 4 * D)) {
    expect(count).toBeLessThanOrEqual(2);
    for (let i = 0; i < count; i++) {
      const { id } = selection.models[first + i];
      expect(weights.slice(i * D, (i + 1) * D)).toEqual((await zoo.weightsAt(epoch, [id])).data);
      seen.push(`${epoch}:${id}`);
    }
  }
  expect(seen.join(" ")).toBe("0:0 0:1 0:3 0:4 0:5 2:0 2:1 2:3 2:4 2:5");
});

test("a weight source reads what is asked for", async () => {
  const zoo = await smallZoo();
  const source = weightsOf(zoo, zoo.models.rows.slice(1), 1);
  expect(source.models).toBe(5);
  expect(await source.read(2, 2)).toEqual((await zoo.weightsAt(1, [3, 4])).data);
});
