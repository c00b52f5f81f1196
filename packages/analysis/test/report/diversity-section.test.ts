import type { loadDataset } from "@zoo/data";
import { initialWeights, referenceEngine } from "@zoo/engine";
import { executorInThread } from "@zoo/engine/node";
import type { Architecture } from "@zoo/format";
import { openZoo } from "@zoo/format/node";
import { describe, expect, onTestFinished, test } from "vitest";
import { realWorld } from "../../src/cli/world.ts";
import { diversity } from "../../src/commands/diversity.ts";
import { EquippedAnalysis } from "../../src/node/analysis.ts";
import { behaviourDiversity } from "../../src/node/behaviour-diversity.ts";
import { representationDiversity } from "../../src/node/representation-diversity.ts";
import { weightDiversity } from "../../src/node/weight-diversity.ts";
import { select } from "../../src/population/selection.ts";
import type { Section, ShownTable } from "../../src/report/figure.ts";
import { pageHtml } from "../../src/report/page.ts";
import { commonBins, sharesOf } from "../../src/report/pair-bins.ts";
import type { ReportZoo } from "../../src/report/report-context.ts";
import { comparedLayers, layerLabel } from "../../src/report/sections/diversity-layers.ts";
import { sampleSizes } from "../../src/report/sections/diversity-samples.ts";
import { diversitySection } from "../../src/report/sections/diversity-section.ts";
import { type SmallZoo, smallArchitecture, smallImages, writeSmallZoo } from "../support/small-zoo.ts";

/** A zoo of a report, on the reference engine and the small images; images: whose SHA-256 they say they have, null where none are found. */
async function reportZoo(
  parts: SmallZoo = {},
  key = "",
  { sha256 = "1".repeat(64), epochs }: { sha256?: string; epochs?: number[] } = {},
): Promise<ReportZoo> {
  const path = await writeSmallZoo(parts);
  const zoo = await openZoo(path);
  const selection = await select(zoo, { epochs });
  const world = {
    ...realWorld(),
    loadDataset: async () =>
      ({ ...smallImages(), name: "mnist-10k", sha256 }) as unknown as Awaited<ReturnType<typeof loadDataset>>,
    openExecutor: async () => executorInThread(referenceEngine),
  };
  const { signal } = new AbortController();
  const analysis = new EquippedAnalysis(
    { path, zoo, selection, seed: 1, signal, progress: () => {}, engine: "reference" },
    world,
  );
  onTestFinished(async () => {
    await analysis.close();
    await zoo.close();
  });
  return { key, name: key === "" ? "zoo" : `zoo-${key}`, folder: "zoo", analysis };
}

const sectionOf = async (...zoos: ReportZoo[]): Promise<Section | null> =>
  await diversitySection({ zoos, signal: new AbortController().signal });

async function someSection(...zoos: ReportZoo[]): Promise<Section> {
  const section = await sectionOf(...zoos);
  if (section === null) throw new Error("no section");
  return section;
}

function rowsOf({ columns, rows }: Pick<ShownTable, "columns" | "rows">): Record<string, unknown>[] {
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [columns[i].name, cell])));
}

const figureOf = ({ figures }: Section, id: string): Section["figures"][number] => {
  const found = figures.find((figure) => figure.id === id);
  if (found === undefined) throw new Error(`no figure ${id}: ${figures.map((figure) => figure.id).join(", ")}`);
  return found;
};

const fractionText = (value: number): string => `${(100 * value).toFixed(1)} %`;

const defaults = { activation: "tanh", init: "kaiming_uniform" } as const;

/** Models whose weights differ, so that answers do. */
const varied: SmallZoo = {
  weights: (model, epoch) => initialWeights(smallArchitecture, model).map((w, d) => w * (1 + epoch) * (1 + (d % 3))),
};

describe("the diversity of a report", () => {
  test("has the numbers that the command has", async () => {
    const from = await reportZoo(varied);
    const { analysis } = from;
    const { models } = analysis.selection;
    const population = { models, epochs: [2] };
    const behaviour = await behaviourDiversity(analysis, population, { images: 1000 });
    const weights = await weightDiversity(analysis, population, { alignModels: 100 });
    const representation = await representationDiversity(analysis, population, {
      images: 512,
      sample: 60,
      layers: comparedLayers(smallArchitecture),
      similarities: ["linear_cka"],
      neighbours: 1,
      bandwidth: 1,
    });
    const section = await someSection(from);
    const table = new Map(rowsOf(section.tables?.[0] as ShownTable).map((row) => [row["measure"], row]));
    const answers = rowsOf(behaviour.tables[0]);
    for (const [measure, word] of [
      ["agreement", "agreement of answers"],
      ["expected_agreement", "agreement, if errors were independent"],
      ["kappa", "Cohen's kappa of answers"],
      ["error_agreement", "same wrong answer, where both are wrong"],
      ["error_consistency", "error consistency"],
    ]) {
      const expected = answers.find((row) => row["measure"] === measure);
      expect(table.get(word)).toMatchObject({ mean: expected?.["mean"], "s.d.": expected?.["std"] });
    }
    const cka = rowsOf(representation.tables[0]);
    expect(table.get("CKA, logits")).toMatchObject({ mean: cka.at(-1)?.["mean"], "s.d.": cka.at(-1)?.["std"] });
    expect(table.get("CKA, last hidden layer")).toMatchObject({ mean: cka.at(-2)?.["mean"] });
    const aligned = rowsOf(weights.tables[1]);
    const [l2, cosine] = [aligned[0], aligned[1]];
    expect(table.get("L2 distance of weights")?.["mean"]).toBe(l2["raw_mean"]);
    expect(table.get("L2 distance of weights, aligned")?.["mean"]).toBe(l2["aligned_mean"]);
    expect(table.get("cosine distance of weights")?.["mean"]).toBe(cosine["raw_mean"]);
    expect(table.get("cosine distance of weights, aligned")?.["mean"]).toBe(cosine["aligned_mean"]);
    expect(l2["aligned_mean"]).toBeLessThan(l2["raw_mean"] as number);
    const nearest = weights.tables.find(({ name }) => name === "nearest_models");
    expect(figureOf(section, "nearest-models").table.rows).toEqual(nearest?.rows);
  });

  test("says of each figure what its numbers are, and its command is one", async () => {
    const from = await reportZoo(varied);
    const section = await someSection(from);
    const agreement = section.tables?.[0].rows[0] as [string, number];
    const expected = section.tables?.[0].rows[1] as [string, number];
    expect(figureOf(section, "agreement").says).toContain(
      `Of 6 test images two models answer a share of ${fractionText(agreement[1])} (95 % interval `,
    );
    expect(figureOf(section, "agreement").says).toContain(
      `independent errors it would be ${fractionText(expected[1])}.`,
    );
    expect(section.paragraphs[1]).toContain(`Two models agree on ${fractionText(agreement[1])} of the test images`);
    expect(figureOf(section, "layer-distances").table.rows.map(([part]) => part)).toEqual([
      "whole network",
      "conv 1",
      "linear 1",
    ]);
    expect(figureOf(section, "cka").table.rows.map(([label, output]) => [label, output])).toEqual([
      ["conv 1", "layer_1"],
      ["logits", "logits"],
    ]);
    expect(figureOf(section, "agreement").command).toBe(
      "zoo-analysis diversity zoo --parts behaviour --sample 6 --images 6",
    );
    expect(figureOf(section, "l2-distances").command).toBe(
      "zoo-analysis diversity zoo --parts weights --sample 6 --align-models 6",
    );
    expect(diversity.name).toBe("diversity");
  });

  test("counts every pair once in its histograms and bins", async () => {
    const section = await someSection(await reportZoo(varied));
    for (const id of ["agreement", "l2-distances", "cosine-distances"]) {
      const { rows } = figureOf(section, id).table;
      for (const series of [2, 3]) {
        expect(rows.reduce((sum, row) => sum + (row[series] as number), 0)).toBeCloseTo(1, 12);
      }
    }
    const binned = figureOf(section, "agreement-and-accuracy").table.rows;
    expect(binned.reduce((sum, row) => sum + (row[3] as number), 0)).toBe(15);
  });

  test("lists the models that agree least, the oddest first, each with a link to its row", async () => {
    const odd = 3;
    const answers = (model: number): Float32Array => {
      const weights = initialWeights(smallArchitecture, { ...defaults, seed: 7 });
      weights[weights.length - 1 - (model === odd ? 2 : 0)] = 50; // the bias of the class that is always answered
      return weights;
    };
    const section = await someSection(await reportZoo({ weights: ({ id }) => answers(id) }));
    const table = section.tables?.[1] as ShownTable;
    expect(table.rows[0][0]).toBe(odd);
    expect(table.link?.(0, 0)).toBe(`model-${odd}`);
    expect(table.link?.(0, 1)).toBeUndefined();
    expect(table.rows.map((row) => row[1])).toEqual(table.rows.map((row) => row[1] as number).sort((a, b) => a - b));
  });

  test("of two zoos is one table with the same measures, and figures on the same scales", async () => {
    const [a, b] = [await reportZoo(varied, "a"), await reportZoo({}, "b")];
    const section = await someSection(a, b);
    const alone = [await someSection(await reportZoo(varied)), await someSection(await reportZoo({}))];
    const [table, ...others] = section.tables as ShownTable[];
    expect(table.columns.map(({ name }) => name)).toEqual(["measure", "zoo-a", "s.d. zoo-a", "zoo-b", "s.d. zoo-b"]);
    expect(others).toHaveLength(2);
    for (const [z, one] of alone.entries()) {
      const [own] = one.tables as ShownTable[];
      expect(table.rows.map(([measure]) => measure)).toEqual(own.rows.map(([measure]) => measure));
      for (const [i, row] of own.rows.entries()) {
        const mean = row[1] as number;
        const text = Number.isNaN(mean) ? "n/a" : mean.toPrecision(3);
        expect(table.rows[i][1 + 2 * z]).toBe(`${text} (${row[2] as string})`);
      }
    }
    expect(section.figures.map(({ id }) => id)).toEqual(
      [
        "agreement",
        "agreement-and-accuracy",
        "cka",
        "l2-distances",
        "cosine-distances",
        "layer-distances",
        "nearest-models",
      ].flatMap((id) => [`a-${id}`, `b-${id}`]),
    );
    const edges = ["a", "b"].map((key) => ticksOf(figureOf(section, `${key}-l2-distances`).draw(720)));
    expect(edges[0].length).toBeGreaterThan(2);
    expect(edges[1]).toEqual(edges[0]);
  });

  test("shows weights alone where there are no images, and says why", async () => {
    const unknown = await someSection(await reportZoo({ dataset: { name: "noise" } }));
    const others = await someSection(await reportZoo({}, "", { sha256: "2".repeat(64) }));
    for (const section of [unknown, others]) {
      expect(section.figures.map(({ id }) => id)).toEqual([
        "l2-distances",
        "cosine-distances",
        "layer-distances",
        "nearest-models",
      ]);
      expect(section.tables).toHaveLength(1);
      expect(section.tables?.[0].rows).toHaveLength(4);
    }
    expect(unknown.paragraphs[1]).toContain("The images of noise were not found, so answers");
    expect(others.paragraphs[1]).toContain("not those of mnist-10k that the zoo was trained on");
  });

  test("with images of one zoo alone leaves the measures of the other open", async () => {
    const section = await someSection(await reportZoo({}, "a"), await reportZoo({ dataset: { name: "noise" } }, "b"));
    const [first] = (section.tables as ShownTable[])[0].rows;
    expect(first.slice(3)).toEqual(["n/a", "n/a"]);
    expect(first[1]).toMatch(/^\d/);
    expect(section.figures.map(({ id }) => id)).toContain("a-agreement");
    expect(section.figures.map(({ id }) => id)).not.toContain("b-agreement");
  });

  test("is about zoos of different architectures too, and says what cannot be compared", async () => {
    const dense: Architecture = {
      name: "dense",
      input: [1, 4, 4],
      classes: 3,
      layers: [{ type: "flatten" }, { type: "linear", out: 5 }, { type: "activation" }, { type: "linear", out: 3 }],
    };
    const section = await someSection(await reportZoo({}, "a"), await reportZoo({ architecture: dense }, "b"));
    expect(section.definitions?.join(" ")).toContain("different architectures: their L2 distances");
    expect(figureOf(section, "b-layer-distances").table.rows.map(([part]) => part)).toEqual([
      "whole network",
      "linear 1",
      "linear 2",
    ]);
  });

  test("is nothing for one model, and a sentence where another zoo has more", async () => {
    const one: SmallZoo = { models: [{}] };
    expect(await sectionOf(await reportZoo(one))).toBeNull();
    const section = await someSection(await reportZoo(one, "a"), await reportZoo({}, "b"));
    expect(section.paragraphs.at(-1)).toBe("zoo-a has one model, which can be compared with none.");
    expect(section.tables?.[0].columns.map(({ name }) => name)).toEqual(["measure", "zoo-b", "s.d. zoo-b"]);
  });

  test.each([
    ["two models", { models: [{}, {}] }],
    ["equal models", { weights: () => new Float32Array(67).fill(0.5) }],
    ["networks of zeros", { weights: () => new Float32Array(67) }],
  ] as [string, SmallZoo][])("is drawn of %s without a number that is none", async (_, parts) => {
    const section = await someSection(await reportZoo(parts));
    const html = pageHtml({ title: "t", lede: [], sections: [section], footer: [] });
    expect(html).toContain('<section id="diversity"');
    const main = html.slice(html.indexOf("<main"), html.indexOf("</main>"));
    expect(main.match(/[^<>]*(?:NaN|Infinity|="undefined)[^<>]*/g) ?? []).toEqual([]);
  });

  test("is of the last of the selected epochs, which its commands name", async () => {
    const section = await someSection(await reportZoo(varied, "", { epochs: [0, 1] }));
    expect(figureOf(section, "cka").command).toMatch(/ --similarities linear_cka --epochs 1$/);
    expect(section.definitions?.[0]).toMatch(/^Epoch 1: answers of all 6 models on 6 images of 6,/);
  });
});

describe("the bins of pairs", () => {
  test("hold every finite value once, the largest in the last", () => {
    const bins = commonBins([[0, 1, 2, Number.NaN], [4]], { count: 4 });
    expect([...bins.edges]).toEqual([0, 1, 2, 3, 4]);
    expect(sharesOf(bins, [[0, 1, 2, Number.NaN], [4], []]).map(({ shares }) => shares)).toEqual([
      [1 / 3, 0, 0],
      [1 / 3, 0, 0],
      [1 / 3, 0, 0],
      [0, 1, 0],
    ]);
  });

  test("grow by equal ratios where asked to and values differ much, and not from 0", () => {
    expect([...commonBins([[1, 100]], { count: 2, wide: true }).edges].map(Math.round)).toEqual([1, 10, 100]);
    expect(commonBins([[1, 100]], { count: 2 }).log).toBe(false);
    expect(commonBins([[0, 100]], { count: 2, wide: true }).log).toBe(false);
  });
});

describe("the sample of a section", () => {
  test("shrinks with the size of the networks", () => {
    const small = sampleSizes(smallArchitecture, 21);
    expect(small).toEqual({
      answers: { models: 300, images: 1000 },
      representation: { models: 60, images: 512 },
      weights: 100,
      aligned: true,
    });
    const wide: Architecture = {
      name: "wide",
      input: [3, 32, 32],
      classes: 10,
      layers: [
        { type: "conv2d", out: 512, kernel: 3 },
        { type: "activation" },
        { type: "conv2d", out: 512, kernel: 3 },
        { type: "activation" },
        { type: "flatten" },
        { type: "linear", out: 10 },
      ],
    };
    const few = sampleSizes(wide, 800_000);
    expect(few.answers.models).toBe(8);
    expect(few.answers.images).toBeLessThan(100);
    expect(few.representation).toEqual({ models: 8, images: few.answers.images });
    expect(few.weights).toBe(21);
    expect(few.aligned).toBe(false);
  });

  test("names layers by their kind and number", () => {
    expect(layerLabel(smallArchitecture, "layers.0")).toBe("conv 1");
    expect(layerLabel(smallArchitecture, "layers.1")).toBe("conv 1");
    expect(layerLabel(smallArchitecture, "layers.3")).toBe("linear 1");
    expect(layerLabel(smallArchitecture, "layers.1.body.0")).toBe("layers.1.body.0");
  });
});

/** Texts of the x axis, which come after the label of the other one. */
function ticksOf(svg: string): string[] {
  const texts = [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);
  return texts.slice(texts.lastIndexOf("pairs (%)") + 1).filter((text) => /^[\d.k]+$/.test(text));
}
