import { architectures } from "@zoo/format";
import { describe, expect, test } from "vitest";
import { elementIndices, goldenImages, goldenLabels, goldenWeight, hash32, probe } from "./golden-inputs.ts";
import { compareTensor, goldenNames, loadGoldens } from "./goldens.ts";

describe("the golden inputs equal those of tools/peers/golden_inputs.py", () => {
  test("hashes", () => {
    expect([hash32(0, 0), hash32(1, 0), hash32(100, 7)]).toEqual([0xc9cc980c, 0xe32f6940, 0xf34edb31]);
  });

  test("images and labels", () => {
    const images = goldenImages(23, 784);
    expect([...images.subarray(0, 6)]).toEqual([227, 43, 60, 188, 192, 191]);
    expect(images.reduce((a, b) => a + b, 0)).toBe(2302979);
    expect(goldenLabels(23, 10).join("")).toBe("44589513754219232130488");
  });

  test("weights", () => {
    const first = goldenWeight(0, 0, [8, 1, 5, 5]);
    expect([...first.subarray(0, 3)]).toEqual([-0.1871783584356308, 0.10549461841583252, -0.287820428609848]);
    expect(goldenWeight(2, 4, [4, 6, 2, 2])[1]).toBe(0.16710010170936584);
    expect([...goldenWeight(0, 1, [2])]).toEqual([Math.fround(0.01), Math.fround(0.01)]);
  });

  test("probes and elements", () => {
    const sums = probe(goldenWeight(0, 0, [8, 1, 5, 5]));
    expect(sums[0]).toBeCloseTo(-1.0647467893140856, 12); // 200 float64 additions in another order
    expect(sums[7]).toBeCloseTo(0.03940569455153309, 12);
    expect(elementIndices(200)).toEqual([127, 32, 4, 188]);
  });
});

describe.each(goldenNames)("the goldens of %s", (name) => {
  const goldens = loadGoldens(name);

  test("belong to the architecture of the same name", () => {
    if (name === "odd-cnn") return;
    expect(goldens.architecture).toEqual(architectures[name]);
  });

  test("begin at the initial weights and move away from them, as far as the learning rate allows", () => {
    for (const { after, seed } of goldens.activations.flatMap((a) => goldens.trajectories(a))) {
      const start = goldens.initialWeights(seed);
      let offset = 0;
      for (const [t, golden] of after.get(1)!.entries()) {
        const size = golden.shape.reduce((a, b) => a * b, 1);
        const moved = [1, 10, 100].map(
          (s) => compareTensor(golden.name, start.subarray(offset, offset + size), after.get(s)![t]).error,
        );
        offset += size;
        expect(moved[0]).toBeLessThan(0.2);
        expect(moved[2]).toBeGreaterThan(10 * golden.float32Worst);
      }
    }
  });
});
