import { initialWeights } from "@zoo/engine";
import { describe, expect, test } from "vitest";
import { main } from "../../src/main.ts";
import { NARROW, type Section, WIDE } from "../../src/report/figure.ts";
import { landscapeSection } from "../../src/report/sections/landscape-section.ts";
import { reportOf, smallWorld } from "../support/report-zoo.ts";
import { type JsonRow, jsonOf } from "../support/run-analysis.ts";
import { type SmallZoo, smallArchitecture, writeSmallZoo } from "../support/small-zoo.ts";

/** Weights whose epochs are not on a line. */
const bent: SmallZoo["weights"] = (model, epoch) =>
  initialWeights(smallArchitecture, model).map((x, d) => x * (1 + epoch / 10) + Math.sin(d * epoch) / 20);

const figure = ({ figures }: Section, id: string) => {
  const found = figures.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no figure ${id}; there are ${figures.map((one) => one.id).join(", ")}`);
  return found;
};

const sectionOf = async (...zoos: SmallZoo[]): Promise<Section> =>
  await landscapeSection(await reportOf(await Promise.all(zoos.map(writeSmallZoo))));

/** Runs what a figure says gives its numbers. */
async function commanded(command: string, path: string) {
  const out = { code: -1, stdout: "", stderr: "" };
  const argv = [...command.matchAll(/"([^"]*)"|\S+/g)].map(([word, quoted]) => quoted ?? word);
  const words = argv.slice(1).map((word) => (word === "zoo-0" ? path : word));
  const world = { ...smallWorld(), stdout: { write: (text: string) => (out.stdout += text) } };
  out.code = await main([...words, "--json", "--seed", "1"], world);
  return jsonOf(out);
}

const order = [
  "hessian-eigenvalues",
  "hessian-density",
  "loss-slices",
  "paths-best-median",
  "paths-best-worst",
  "paths-median-worst",
  "plane-models",
  "plane-trajectory",
];

describe("the landscape", () => {
  test("has the numbers of the commands that it names", async () => {
    const activations = Array.from({ length: 7 }, (_, id) => ({
      activation: id % 3 === 1 ? ("relu" as const) : ("tanh" as const),
    }));
    const path = await writeSmallZoo({ weights: bent, models: activations });
    const section = await landscapeSection(await reportOf([path]));
    expect(section.figures.map(({ id }) => id)).toEqual(order);
    const curvature = figure(section, "hessian-eigenvalues");
    expect(curvature.command).toContain('--where "activation = tanh"');
    const { tables } = await commanded(curvature.command, path);
    const values = tables["eigenvalues"].map(({ model, value }) => [model, value]);
    expect(curvature.table.rows.map(([model, , value]) => [model, value])).toEqual(values);
    const density = new Map(
      tables["spectral_density"].map((row) => [`${row["model"]} ${row["eigenvalue"]}`, row["density"]]),
    );
    const drawn = figure(section, "hessian-density").table.rows;
    expect(drawn).toHaveLength(3 * 21);
    for (const [model, at, value] of drawn) expect(density.get(`${model} ${at}`)).toBe(value);

    const paths = (await commanded(figure(section, "paths-best-worst").command, path)).tables["connectivity"];
    const [, two] = [6, 0];
    const ofCommand = (kind: string): JsonRow =>
      paths.find((row) => row["first"] === 6 && row["second"] === two && row["path"] === kind) as JsonRow;
    for (const [kind, connectivity, at, barrier, accBarrier] of figure(section, "paths-best-worst").table.rows) {
      const { connectivity: c, at: t, barrier: b, acc_barrier: a } = ofCommand(kind as string);
      expect([connectivity, at, barrier, accBarrier]).toEqual([c, t, b, a]);
    }

    const slices = await commanded(figure(section, "loss-slices").command, path);
    const line = slices.tables["slices"].filter(({ model }) => model === 6).map(({ loss }) => loss);
    expect(figure(section, "loss-slices").table.rows.map(([, loss]) => loss)).toEqual(line);
    const places = (plane: string): (number | string | null)[][] =>
      slices.tables["places"]
        .filter((row) => row["plane"] === plane)
        .map(({ model, epoch, x, y }) => [model, epoch, x, y]);
    for (const [id, plane] of [
      ["plane-models", "three_models"],
      ["plane-trajectory", "trajectory_3"],
    ]) {
      expect(figure(section, id).table.rows.map((row) => row.slice(0, 4))).toEqual(places(plane));
    }
  }, 60_000);

  test("says how far each of its parts is", async () => {
    const said = new Map<string, number[]>();
    const progress = (what: string, share: number): void => void said.set(what, [...(said.get(what) ?? []), share]);
    await landscapeSection(await reportOf([await writeSmallZoo()], { progress }));
    for (const part of ["eigenvalues", "spectral density", "paths"]) {
      const shares = said.get(`loss landscape, ${part}`) ?? [];
      expect(shares.length).toBeGreaterThan(5);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
      expect(shares.every((share) => share > 0 && share <= 1)).toBe(true);
    }
    expect(said.get("loss landscape, planes")).toEqual([0, 0.5]);
  });

  test("is drawn at both widths, with the models and epochs on filled planes", async () => {
    const section = await sectionOf({ weights: bent });
    for (const width of [WIDE, NARROW]) {
      for (const one of section.figures) expect(one.draw(width), one.id).not.toMatch(/NaN|undefined/);
      const plane = figure(section, "plane-models").draw(width);
      expect(plane.match(/fill="var\(--q\d+\)"[^>]*data-t="loss of/g)?.length).toBeGreaterThan(5);
      for (const id of [5, 2, 0]) expect(plane).toContain(`data-to="model-${id}"`);
    }
    expect(section.paragraphs[0]).toBe(
      "The loss as a function of the weights, around and between some models at epoch 2: the best, model 5 (55.0 %), the median, model 2 (52.0 %) and the worst, model 0 (50.0 %).",
    );
  });

  test("of two zoos stands side by side, and one without its images is missed with a sentence", async () => {
    const paths = await Promise.all([{ weights: bent }, { weights: bent, models: [{}, {}] }].map(writeSmallZoo));
    const section = await landscapeSection(await reportOf(paths));
    const rows = section.figures.map(({ id, row }) => [id.slice(0, 1), row]);
    expect(rows.slice(0, 6)).toEqual([
      ["a", "hessian-eigenvalues"],
      ["b", "hessian-eigenvalues"],
      ["a", "hessian-density"],
      ["b", "hessian-density"],
      ["a", "loss-slices"],
      ["b", "loss-slices"],
    ]);
    expect(section.figures.map(({ id }) => id)).toContain("b-paths-best-worst");
    expect(section.paragraphs.join(" ")).toContain("zoo-1 has no three models of this kind");

    const without = await landscapeSection(await reportOf(paths, { images: false }));
    expect(without.figures).toEqual([]);
    expect(without.paragraphs).toEqual([
      "zoo-0 has no landscape here: the images that it was trained on are not to be had here; `--data-dir` says where they are.",
      "zoo-1 has no landscape here: the images that it was trained on are not to be had here; `--data-dir` says where they are.",
    ]);
  });

  test.each<[string, SmallZoo, string[], string]>([
    [
      "one model",
      { weights: bent, models: [{}] },
      ["hessian-eigenvalues", "hessian-density", "loss-slices", "plane-trajectory"],
      "no paths and no plane between models",
    ],
    ["one stored epoch", { states: [0] }, order.slice(0, -1), "so that there is no plane of its way"],
    [
      "constant weights",
      { weights: () => new Float32Array(67) },
      order.slice(0, -2),
      "so that there is no plane through them",
    ],
  ])("of %s shows what there is", async (_, zoo, ids, sentence) => {
    const section = await sectionOf(zoo);
    expect(section.figures.map(({ id }) => id)).toEqual(ids);
    expect(section.paragraphs.join(" ")).toContain(sentence);
    for (const one of section.figures) {
      for (const width of [WIDE, NARROW]) expect(one.draw(width), one.id).not.toMatch(/NaN|undefined/);
      expect(one.says, one.id).not.toMatch(/NaN|Infinity|undefined/);
    }
  });

  test("of networks with batch normalisation is left out with a sentence", async () => {
    const architecture = { ...smallArchitecture, layers: [...smallArchitecture.layers] };
    architecture.layers.splice(1, 0, { type: "batchnorm2d" } as never);
    const { zoos, signal } = await reportOf([await writeSmallZoo()]);
    const { analysis } = zoos[0];
    const manifest = { ...analysis.zoo.manifest, architecture };
    const zoo = Object.create(analysis.zoo, { manifest: { value: manifest } }) as typeof analysis.zoo;
    const replaced = Object.create(analysis, { zoo: { value: zoo } }) as typeof analysis;
    const section = await landscapeSection({ zoos: [{ ...zoos[0], analysis: replaced }], signal });
    expect(section.figures).toEqual([]);
    expect(section.paragraphs.join(" ")).toContain("its networks have batch normalisation");
  });
});
