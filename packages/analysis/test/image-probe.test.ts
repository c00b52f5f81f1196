import { expect, test } from "vitest";
import { probeImages } from "../src/population/image-probe.ts";
import { smallImages } from "./support/small-zoo.ts";

test("takes images evenly spaced from the split, with their labels", () => {
  const data = smallImages();
  const { batch, definition } = probeImages(data, "test", 3);
  expect(batch.N).toBe(3);
  expect([...batch.labels]).toEqual([14, 16, 18].map((image) => data.labels[image]));
  expect(batch.images.slice(16, 32)).toEqual(data.images.slice(16 * 16, 17 * 16));
  expect(definition).toBe("Images: 3 of 6, evenly spaced, of the test split.");
});

test("takes all of them where there are not more", () => {
  const { batch, definition } = probeImages(smallImages(), "val", 100);
  expect(batch.N).toBe(4);
  expect(definition).toBe("Images: all 4 of the val split.");
  expect(() => probeImages(smallImages(), "val", 0)).toThrow(RangeError);
});
