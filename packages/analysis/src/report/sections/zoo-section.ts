import { bytes, count, percent, plural } from "@zoo/cli";
import type { Architecture, ModelRow } from "@zoo/format";
import { type Design, designOf, type Factor } from "../../hyperparameters/design.ts";
import { word } from "../../results/columns.ts";
import type { Section, ShownTable } from "../figure.ts";
import { literal } from "../prose.ts";
import type { ReportContext, ReportZoo } from "../report-context.ts";

/** What the zoos are, and how to check that they are that. */
export async function zooSection({ zoos }: ReportContext): Promise<Section> {
  return {
    id: "zoo",
    title: zoos.length === 1 ? "What this zoo is" : "What these zoos are",
    paragraphs: [
      "A zoo is a population of networks of one shape, kept with every weight of its stored epochs. Equal recipes give equal bits where the numerics are exact: whoever has the recipe can train any model again and compare.",
    ],
    tables: [factsTable(zoos)],
    figures: [],
    definitions: zoos.flatMap(({ folder, name, analysis: { zoo, selection } }) => [
      `${zoos.length === 1 ? "" : `${literal(name)}: `}\`zoo-gen check ${folder}\` reads every byte and holds it against every hash; \`zoo-gen verify ${folder}\` trains a random sample of models again and compares every byte; both print the Merkle root above.`,
      ...(selection.models.length + selection.excluded.length === zoo.models.length
        ? []
        : [
            `Only ${plural(selection.models.length, "model")} of ${count(zoo.models.length)}: those for which the conditions hold.`,
          ]),
      ...(selection.excluded.length === 0
        ? []
        : [
            `Left out: ${plural(selection.excluded.length, "model")} with a weight or a loss that was not finite at some epoch.`,
          ]),
    ]),
  };
}

/** What the files of each zoo say; a column each. */
function factsTable(zoos: readonly ReportZoo[]): ShownTable {
  const columns = zoos.map(factsOf);
  return {
    name: "zoos",
    caption: zoos.length === 1 ? "What its files say." : "What their files say.",
    facts: true,
    columns: [
      word("what", "Property of the zoo"),
      ...zoos.map(({ key, name }) => ({
        name: key === "" ? "value" : name,
        type: "STRING" as const,
        description: "As its files state it",
      })),
    ],
    rows: columns[0].map(([what], i) => [what, ...columns.map((facts) => facts[i][1])]),
  };
}

function factsOf(from: ReportZoo): [what: string, value: string][] {
  const { zoo, selection } = from.analysis;
  const { manifest } = zoo;
  const { dataset, architecture, numerics, training } = manifest;
  const size = manifest.shards.reduce((sum, { arrays }) => sum + arrays.weights.bytes, 0);
  const engines = [...new Set(manifest.shards.flatMap((shard) => shard.engines))].sort((a, b) => (a < b ? -1 : 1));
  const models = zoo.models.rows;
  const design = designOf(models);
  return [
    ["recipe", `${manifest.name}: ${manifest.title}`],
    ["models", `${count(models.length)} (${splits(models)}); ${selectedOf(selection)}`],
    ["states of each", statesOf(manifest.states, manifest.epochs)],
    ["architecture", `${architecture.name}, ${count(manifest.layout.D)} weights: ${layersOf(architecture)}`],
    [
      "trained on",
      `${dataset.name}: ${(["train", "val", "test"] as const).map((s) => `${count(dataset.splits[s])} ${s}`).join(", ")} images of ${dataset.shape.join(" x ")}`,
    ],
    ["images, SHA-256", dataset.sha256],
    ["notes on the images", dataset.notes.join(" ") || "none"],
    ["the same in all models", design.constant.map(({ name, value }) => `${name} ${value}`).join(", ") || "nothing"],
    ["varied", [...variedIn(design), seedsOf(models)].join("; ")],
    ["loss and schedule", `${training.loss}, ${training.schedule.type} learning rate`],
    ["engine", engines.join(", ")],
    [
      "numerics",
      `${numerics.name}, ${numerics.exact ? "exact: the same bits on every engine of these numerics" : "not exact: equal within a tolerance"}`,
    ],
    [
      "software",
      Object.entries(manifest.software)
        .map(([name, version]) => `${name} ${version}`)
        .join(", "),
    ],
    ["weights", `${bytes(size)} in ${plural(manifest.shards.length, "shard")}`],
    ["Merkle root", manifest.root],
    ["zoo.json, SHA-256", zoo.sha256],
    ["check every byte", `zoo-gen check ${from.folder}`],
    ["train a sample again", `zoo-gen verify ${from.folder}`],
  ];
}

/** Values that are written out. */
const MOST_LEVELS = 12;

const levelsOf = ({ name, levels }: Factor): string =>
  levels.length > MOST_LEVELS
    ? `${name} ${count(levels.length)} values from ${levels[0]} to ${levels[levels.length - 1]}`
    : `${name} ${levels.join(" | ")}`;

const variedIn = ({ factors, implied }: Design): string[] => [
  ...factors.map(levelsOf),
  ...implied.map(({ name, by }) => `${name} (by ${by})`),
];

const splits = (models: readonly ModelRow[]): string =>
  (["train", "val", "test"] as const)
    .map((split) => `${split} ${count(models.filter((model) => model.split === split).length)}`)
    .join(", ");

const selectedOf = ({ models, excluded }: ReportZoo["analysis"]["selection"]): string =>
  `${count(models.length)} shown, ${count(excluded.length)} diverged (${percent(excluded.length / (models.length + excluded.length))})`;

function statesOf(states: readonly number[], epochs: number): string {
  return states.length === epochs + 1
    ? `${states.length}: the initialisation and ${plural(epochs, "epoch")}`
    : `${states.length}: epochs ${states.join(", ")}`;
}

function seedsOf(models: readonly ModelRow[]): string {
  const seeds = new Set(models.map(({ seed }) => seed));
  if (seeds.size === 1) return `one seed (${models[0].seed})`;
  const [low, high] = [...seeds].reduce(
    ([a, b], seed) => [Math.min(a, seed), Math.max(b, seed)],
    [Number.POSITIVE_INFINITY, 0],
  );
  return `${plural(seeds.size, "seed")} (${low} to ${high})`;
}

function layersOf({ layers }: Architecture): string {
  return layers
    .filter(({ type }) => type !== "activation" && type !== "dropout" && type !== "flatten")
    .map((layer) => {
      const { out, kernel } = layer as { out?: number; kernel?: number };
      return [layer.type, ...[out, kernel].filter((size) => size !== undefined)].join(" ");
    })
    .join(", ");
}
