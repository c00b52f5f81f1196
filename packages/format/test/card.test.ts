import { expect, test } from "vitest";
import { croissant, datasetCard } from "../src/files/card.ts";
import { parseManifest } from "../src/index.ts";
import { loadFolder } from "./support/folder.ts";
import { temporaryFolder, tinyModels, writeTinyZoo } from "./support/tiny-zoo.ts";

interface Document {
  "@context": object;
  "@type": string;
  "dct:conformsTo": string;
  license?: string;
  distribution: { "@type": string; contentUrl?: string; sha256?: string; contentSize?: string }[];
  recordSet: { "@id": string; field: { "@id": string }[] }[];
}

async function tinyManifest() {
  const dir = await temporaryFolder();
  await writeTinyZoo(dir);
  const files = await loadFolder(dir);
  return { files, manifest: parseManifest(files.get("zoo.json") as Uint8Array) };
}

// mlcroissant 1.1.1 validated this document and read both record sets from it; here only our side of it is held fast.
test("croissant.json names every data file with its size and hash, and every column", async () => {
  const { files, manifest } = await tinyManifest();
  const document = JSON.parse(new TextDecoder().decode(files.get("croissant.json"))) as Document;
  expect([document["@type"], document["dct:conformsTo"]]).toEqual(["sc:Dataset", "http://mlcommons.org/croissant/1.0"]);
  const { models_table, shards } = manifest;
  expect(
    document.distribution.flatMap(({ contentUrl, sha256, contentSize }) =>
      contentUrl === undefined ? [] : [[contentUrl, sha256, contentSize]],
    ),
  ).toEqual(
    [models_table, ...shards.flatMap(({ weights, metrics }) => [weights, metrics])].map(({ path, sha256, bytes }) => [
      path,
      sha256,
      `${bytes} B`,
    ]),
  );
  expect(document.recordSet.map((set) => [set["@id"], set.field.length])).toEqual([
    ["models-table", 14],
    ["metrics-table", 9],
  ]);
});

test("the card says what only the publisher knows, where it was given", async () => {
  const { manifest } = await tinyManifest();
  const card = {
    description: "Tiny.",
    license: "CC0-1.0",
    url: "https://example.org",
    creator: "Us",
    datePublished: "2026-11-23",
  };
  const document = JSON.parse(croissant(manifest, card)) as Document;
  expect(document).toMatchObject({ ...card, creator: { "@type": "sc:Organization", name: "Us" } });
  const text = datasetCard(
    manifest,
    tinyModels([
      [0, 2, 4],
      [1, 3],
    ]),
    card,
  );
  expect(text.split("\n").slice(0, 2)).toEqual(["---", "license: CC0-1.0"]);
  expect(text).toContain("| models | 5 (train 3, val 1, test 1); 1 diverged and kept |");
  expect(text).toContain("\n# A tiny zoo\n\nTiny.\n");
});
