import { describe, expect, test } from "vitest";
import { select } from "../src/population/selection.ts";
import { smallZoo } from "./support/small-zoo.ts";

describe("a selection", () => {
  test("has every model and stored epoch unless told otherwise", async () => {
    const zoo = await smallZoo();
    const { models, epochs, excluded } = await select(zoo);
    expect(models.map(({ id }) => id)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(epochs).toEqual([0, 1, 2]);
    expect(excluded).toEqual([]);
  });

  test("leaves models that diverged out, and says which", async () => {
    const zoo = await smallZoo({ diverged: [3, 4] });
    const { models, excluded } = await select(zoo, { filter: { id: { min: 3 } }, epochs: [2] });
    expect(models.map(({ id }) => id)).toEqual([5]);
    expect(excluded.map(({ id }) => id)).toEqual([3, 4]);
  });

  test("of nothing is refused with the reason", async () => {
    const zoo = await smallZoo({ diverged: [3] });
    await expect(select(zoo, { filter: { id: 77 } })).rejects.toThrow("no model fulfils the conditions; the zoo has 6");
    await expect(select(zoo, { filter: { id: 3 } })).rejects.toThrow("all 1 models diverged");
    await expect(select(zoo, { epochs: [7] })).rejects.toThrow("the zoo does not store epoch 7");
  });
});
