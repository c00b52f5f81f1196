import { RandomStream, referenceDense } from "@zoo/engine";
import { type ArchitectureName, architectures, isZooError } from "@zoo/format";
import { describe, expect, it } from "vitest";
import { affordableModels } from "../../src/node/aligned-diversity.ts";
import type { Analysis } from "../../src/node/analysis.ts";
import { type DiversityFindings, drawModels } from "../../src/node/diversity-part.ts";
import { type WeightDiversityOptions, weightDiversity } from "../../src/node/weight-diversity.ts";
import { select } from "../../src/population/selection.ts";
import { Aligners } from "../../src/weight-space/aligners.ts";
import { applySymmetry, randomSymmetry } from "../../src/weight-space/symmetry.ts";
import { symmetriesOf } from "../../src/weight-space/symmetry-groups.ts";
import { type SmallZoo, smallArchitecture, smallZoo } from "../support/small-zoo.ts";
import { randomNetwork } from "../weight-space/networks.ts";

async function diversityOf(
  parts: SmallZoo,
  epochs: number[],
  options?: WeightDiversityOptions,
): Promise<DiversityFindings> {
  const zoo = await smallZoo(parts);
  const selection = await select(zoo);
  const analysis = {
    zoo,
    selection,
    seed: 1,
    signal: new AbortController().signal,
    progress: () => undefined,
    executor: async () => await Promise.resolve({ dense: referenceDense }),
  } as unknown as Analysis;
  return await weightDiversity(analysis, { models: drawModels(selection.models, 1000, 1), epochs }, options);
}

/** Rows of a table as objects. */
function rowsOf({ tables }: DiversityFindings, name: string): Record<string, unknown>[] {
  const table = tables.find((candidate) => candidate.name === name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return table.rows.map((row) => Object.fromEntries(table.columns.map((column, i) => [column.name, row[i]])));
}

const symmetries = symmetriesOf(smallArchitecture, { activations: ["tanh"] });
/** Models 0, 1 and 2 are one network, moved; the others are their own. */
const copies: SmallZoo = {
  weights: ({ id }) => {
    const network = randomNetwork(smallArchitecture, Math.max(1, id));
    if (id === 0 || id > 2) return network;
    const symmetry = randomSymmetry(symmetries, new RandomStream(id, "ALIGNMENT"));
    return applySymmetry(id === 2 ? randomNetwork(smallArchitecture, 1) : network, symmetry, symmetries);
  },
};

describe("weightDiversity", () => {
  it("has the distances of all pairs by epoch, part and metric", async () => {
    const found = await diversityOf({}, [0, 2]);
    const rows = rowsOf(found, "weight_distances");
    expect(rows).toHaveLength(2 * 3 * 3);
    const [before, after] = [0, 2].map((epoch) => rows.find((row) => row.epoch === epoch && row.metric === "l2"));
    expect(before).toMatchObject({ part: "all", pairs: 15, undefined: 0 });
    // Weights have grown by 20 %, rounded to float32.
    expect(Number(after?.mean) / Number(before?.mean)).toBeCloseTo(1.2, 5);
    expect(Number(before?.low)).toBeLessThan(Number(before?.mean));
    const l2 = found.arrays.find(({ name }) => name === "weight_l2");
    expect(l2?.shape).toEqual([2, 6, 6]);
    expect(l2?.data[1]).toBeGreaterThan(0);
    expect(l2?.data[36 + 1]).toBeCloseTo(1.2 * Number(l2?.data[1]), 5);
    const cosine = found.arrays.find(({ name }) => name === "weight_cosine_distance");
    expect(cosine?.data[1]).toBeGreaterThan(0.1);
    expect(cosine?.data[36 + 1]).toBeCloseTo(Number(cosine?.data[1]), 5);
    expect(rowsOf(await diversityOf({}, [0], { tensors: true }), "weight_distances")).toHaveLength(3 * (1 + 2 + 4));
  });

  it("finds moved copies again after alignment, and says whose they are", async () => {
    const found = await diversityOf(copies, [1]);
    const nearest = rowsOf(found, "nearest_models");
    expect(nearest.slice(0, 3).map((row) => row.aligned_distance)).toEqual([0, 0, 0]);
    expect(nearest.slice(0, 3).every((row) => Number(row.aligned_nearest) < 3 && row.aligned_nearest !== row.id)).toBe(
      true,
    );
    expect(nearest.slice(3).every((row) => Number(row.aligned_distance) > 0)).toBe(true);
    const aligned = found.arrays.find(({ name }) => name === "aligned_l2");
    expect([aligned?.data[1], aligned?.data[2], aligned?.data[8]]).toEqual([0, 0, 0]);
    const [all] = rowsOf(found, "aligned_distances");
    expect(Number(all.aligned_mean)).toBeLessThan(Number(all.raw_mean));
    expect(all.ratio).toBe(Number(all.aligned_mean) / Number(all.raw_mean));
    expect(found.definitions.join(" ")).toContain("signs may change in layers.0 with tanh");
  });

  it("aligns as many models as asked for, without signs when told so", async () => {
    const some = await diversityOf(copies, [1], { alignModels: 3, restarts: 2, signs: false });
    expect(some.arrays.find(({ name }) => name === "aligned_l2")?.shape).toEqual([1, 3, 3]);
    expect(some.definitions.join(" ")).toContain("3 of 6 models, drawn by the seed");
    expect(some.definitions.join(" ")).toContain("from 2 random starts (seed 1)");
    expect(some.definitions.join(" ")).toContain("no signs change");
    const none = await diversityOf(copies, [1], { alignModels: 0 });
    expect(none.tables.map(({ name }) => name)).toEqual(["weight_distances"]);
  });

  it("leaves out models that diverged", async () => {
    const { tables } = await diversityOf({ diverged: [0, 5] }, [1]);
    expect(tables[0].caption).toContain("4 models");
  });

  it("aligns as many models as a stated work allows", () => {
    const most = (name: ArchitectureName, restarts?: number): number =>
      affordableModels(new Aligners(architectures[name]), restarts);
    expect([most("cnn-s-1ch"), most("cnn-l"), most("resnet-18-10")]).toEqual([200, 65, 2]);
    expect(most("cnn-s-1ch", 99)).toBeLessThan(200);
  });

  it("refuses one model", async () => {
    const error = await diversityOf({ models: [{}] }, [1]).catch((e: unknown) => e);
    expect(isZooError(error) && error.code).toBe("misuse");
  });
});
