import type { Manifest } from "./manifest.ts";
import { CROISSANT_PATH, MANIFEST_PATH, MODELS_PATH } from "./paths.ts";
import { type ModelRow, metricColumns, modelColumns, modelSplits } from "./tables.ts";

/** What only the publisher of a zoo knows. */
export interface CardFields {
  description?: string;
  /** An SPDX identifier or a URL. */
  license?: string;
  url?: string;
  creator?: string;
  /** YYYY-MM-DD. */
  datePublished?: string;
}

/** README.md of a zoo, with the front matter that dataset hubs read. */
export function datasetCard(manifest: Manifest, models: readonly ModelRow[], card: CardFields = {}): string {
  const { dataset, architecture, layout } = manifest;
  const bytes = manifest.shards.reduce((sum, { weights }) => sum + weights.bytes, 0);
  const perSplit = modelSplits
    .map((split) => `${split} ${models.filter((row) => row.split === split).length}`)
    .join(", ");
  const diverged = models.filter((row) => row.diverged).length;
  const front = [
    "---",
    ...(card.license === undefined ? [] : [`license: ${card.license}`]),
    `pretty_name: ${JSON.stringify(manifest.title)}`,
    "tags:",
    "  - model-zoo",
    "  - weight-space-learning",
    "---",
  ];
  return `${front.join("\n")}

# ${manifest.title}

${card.description ?? describe(manifest)}

| | |
| --- | --- |
| models | ${manifest.models} (${perSplit}); ${diverged} diverged and kept |
| states of each | ${manifest.states}: the initialisation and ${manifest.epochs} epochs |
| architecture | ${architecture.name}, ${layout.D} weights |
| trained on | ${dataset.name}: ${dataset.splits.train} train, ${dataset.splits.val} val, ${dataset.splits.test} test images |
| weights | ${(bytes / 1e6).toFixed(1)} MB of float32 in ${manifest.shards.length} safetensors ${manifest.shards.length === 1 ? "file" : "files"} |
| made by | engine ${manifest.engine.id}, numerics ${manifest.numerics_version} |
${(dataset.notes ?? []).map((note) => `\n- ${note}`).join("")}
## Files

- \`${MANIFEST_PATH}\`: recipe, architecture, where each tensor is in the weight vector, checksums.
- \`${MODELS_PATH}\`: one row per model: ${Object.keys(modelColumns).join(", ")}.
- \`metrics/*.parquet\`: one row per model and epoch: ${Object.keys(metricColumns).join(", ")}.
- \`weights/*.safetensors\`: one tensor \`weights\` [epoch, model, weight] each.
- \`${CROISSANT_PATH}\`: this card for machines.

## Read it with Python

\`\`\`python
import json, pandas as pd
from safetensors import safe_open
zoo = json.load(open("zoo.json"))
models = pd.read_parquet("models.parquet")
with safe_open(zoo["shards"][0]["weights"]["path"], "np") as f:
    last = f.get_slice("weights")[${manifest.epochs}]  # [models of the shard, ${layout.D}]
\`\`\`
`;
}

/** croissant.json of a zoo: Croissant 1.0, JSON-LD. https://docs.mlcommons.org/croissant/docs/croissant-spec.html */
export function croissant(manifest: Manifest, card: CardFields = {}): string {
  const types = {
    INT32: "sc:Integer",
    INT64: "sc:Integer",
    DOUBLE: "sc:Float",
    STRING: "sc:Text",
    BOOLEAN: "sc:Boolean",
  };
  const recordSet = (name: string, columns: Record<string, { type: keyof typeof types }>, source: object) => ({
    "@type": "cr:RecordSet",
    "@id": name,
    name,
    field: Object.entries(columns).map(([column, { type }]) => field(name, column, types[type], source)),
  });
  const document = {
    "@context": CONTEXT,
    "@type": "sc:Dataset",
    "dct:conformsTo": "http://mlcommons.org/croissant/1.0",
    name: manifest.name,
    description: card.description ?? describe(manifest),
    ...(card.license === undefined ? {} : { license: card.license }),
    ...(card.url === undefined ? {} : { url: card.url }),
    ...(card.creator === undefined ? {} : { creator: { "@type": "sc:Organization", name: card.creator } }),
    ...(card.datePublished === undefined ? {} : { datePublished: card.datePublished }),
    distribution: [
      file(MODELS_PATH, "application/x-parquet", manifest.models_table.sha256, manifest.models_table.bytes),
      ...manifest.shards.flatMap(({ weights, metrics }) => [
        file(weights.path, "application/octet-stream", weights.sha256, weights.bytes),
        file(metrics.path, "application/x-parquet", metrics.sha256, metrics.bytes),
      ]),
      {
        "@type": "cr:FileSet",
        "@id": "metrics",
        name: "metrics",
        encodingFormat: "application/x-parquet",
        includes: "metrics/*.parquet",
      },
    ],
    recordSet: [
      recordSet("models-table", modelColumns, { fileObject: { "@id": MODELS_PATH } }),
      recordSet("metrics-table", metricColumns, { fileSet: { "@id": "metrics" } }),
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const file = (id: string, encodingFormat: string, sha256: string, bytes: number) => ({
  "@type": "cr:FileObject",
  "@id": id,
  name: id,
  contentUrl: id,
  contentSize: `${bytes} B`,
  encodingFormat,
  sha256,
});

const field = (recordSet: string, name: string, dataType: string, source: object) => ({
  "@type": "cr:Field",
  "@id": `${recordSet}/${name}`,
  name,
  dataType,
  source: { ...source, extract: { column: name } },
});

function describe({ models, states, epochs, architecture, dataset, layout }: Manifest): string {
  return `A population of ${models} neural networks (${architecture.name}, ${layout.D} weights) trained on ${dataset.name} for ${epochs} epochs, with all ${states} states of each, every hyperparameter and every metric.`;
}

// The context that the specification gives, as it is.
const CONTEXT = {
  "@language": "en",
  "@vocab": "https://schema.org/",
  citeAs: "cr:citeAs",
  column: "cr:column",
  conformsTo: "dct:conformsTo",
  cr: "http://mlcommons.org/croissant/",
  data: { "@id": "cr:data", "@type": "@json" },
  dataType: { "@id": "cr:dataType", "@type": "@vocab" },
  dct: "http://purl.org/dc/terms/",
  examples: { "@id": "cr:examples", "@type": "@json" },
  extract: "cr:extract",
  field: "cr:field",
  fileObject: "cr:fileObject",
  fileProperty: "cr:fileProperty",
  fileSet: "cr:fileSet",
  format: "cr:format",
  includes: "cr:includes",
  isLiveDataset: "cr:isLiveDataset",
  jsonPath: "cr:jsonPath",
  key: "cr:key",
  md5: "cr:md5",
  parentField: "cr:parentField",
  path: "cr:path",
  rai: "http://mlcommons.org/croissant/RAI/",
  recordSet: "cr:recordSet",
  references: "cr:references",
  regex: "cr:regex",
  repeated: "cr:repeated",
  replace: "cr:replace",
  sc: "https://schema.org/",
  separator: "cr:separator",
  source: "cr:source",
  subField: "cr:subField",
  transform: "cr:transform",
};
