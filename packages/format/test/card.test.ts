import { expect, test } from "vitest";
import { croissant, datasetCard } from "../src/files/card.ts";
import { parseManifest } from "../src/index.ts";
import { tinyFiles, tinyMetrics, tinyModels, tinyShards } from "./support/tiny-zoo.ts";
import { countModels } from "./support/zoo-files.ts";

interface Document {
  "@context": object;
  "@type": string;
  "dct:conformsTo": string;
  license?: string;
  distribution: { "@type": string; contentUrl?: string; sha256?: string; contentSize?: string }[];
  recordSet: { "@id": string; field: { "@id": string }[] }[];
}

function tinyManifest() {
  const files = tinyFiles();
  return { files, manifest: parseManifest(files.get("zoo.json") as Uint8Array) };
}

// mlcroissant 1.1.1 validated this document and read both record sets from it; here only our side of it is held fast.
test("croissant.json names every data file with its size and hash, and every column", () => {
  const { files, manifest } = tinyManifest();
  const document = JSON.parse(new TextDecoder().decode(files.get("croissant.json"))) as Document;
  expect([document["@type"], document["dct:conformsTo"]]).toEqual(["sc:Dataset", "http://mlcommons.org/croissant/1.0"]);
  const { models_table, shards } = manifest;
  expect(
    document.distribution.flatMap(({ contentUrl, sha256, contentSize }) =>
      contentUrl === undefined ? [] : [[contentUrl, sha256, contentSize]],
    ),
  ).toEqual(
    [models_table, ...shards.flatMap(({ arrays, metrics }) => [arrays.weights, metrics])].map(
      ({ path, sha256, bytes }) => [path, sha256, `${bytes} B`],
    ),
  );
  expect(document.recordSet.map((set) => [set["@id"], set.field.length])).toEqual([
    ["models-table", 14],
    ["metrics-table", 9],
  ]);
});

test("the card says what only the publisher knows, where it was given", () => {
  const { manifest } = tinyManifest();
  const card = {
    description: "Tiny.",
    license: "CC0-1.0",
    url: "https://example.org",
    creator: "Us",
    datePublished: "2026-11-23",
  };
  const document = JSON.parse(croissant(manifest, card)) as Document;
  expect(document).toMatchObject({ ...card, creator: { "@type": "sc:Organization", name: "Us" } });
  const text = datasetCard(manifest, countModels(tinyModels(tinyShards)), card);
  expect(text.split("\n").slice(0, 2)).toEqual(["---", "license: CC0-1.0"]);
  expect(text).toContain("| models | 5 (train 3, val 1, test 1); 1 diverged and kept |");
  expect(text).toContain("\n# A tiny zoo\n\nTiny.\n");
});

test("the card names states, declared columns and further arrays", () => {
  const description = "Fraction of weights that are 0.";
  const files = tinyFiles({
    states: [0, 2],
    fields: { columns: { models: [], metrics: [{ name: "sparsity", type: "DOUBLE", description }] } },
    metrics: (ids, epoch) => tinyMetrics(ids, epoch).map((row) => ({ ...row, declared: { sparsity: 0.5 } })),
  });
  const card = new TextDecoder().decode(files.get("README.md"));
  expect(card).toContain("| states of each | 2 of epochs 0 to 2: 0, 2 |");
  expect(card).toContain(
    `  - sparsity: ${description}\n- \`weights/*.safetensors\`: one tensor \`weights\` [state, model, weight] each.`,
  );
  const document = JSON.parse(new TextDecoder().decode(files.get("croissant.json"))) as Document;
  expect(document.recordSet[1].field[9]["@id"]).toBe("metrics-table/sparsity");
});
