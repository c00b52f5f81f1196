import { weightParts } from "@zoo/analysis";
import type { AnalysisCommand } from "@zoo/analysis/command";
import type { Analysis } from "@zoo/analysis/node";
import { oneOf, wholeNumber } from "@zoo/cli";
import { deriveLayout, type ModelRow, ZooError } from "@zoo/format";
import { readHyperrep } from "../hyperrep/hyperrep-artefact.ts";
import { type NetworkRows, networkRows } from "../hyperrep/hyperrep-data.ts";
import { accuracyTable, type Reconstruction, reconstructionTable } from "../hyperrep/hyperrep-evaluation.ts";
import { hyperrepLatent } from "../hyperrep/hyperrep-latent.ts";
import { loadTf, type TfBackend, tfBackends } from "../hyperrep/load-tf.ts";
import { meanOfRows, startRegression } from "../hyperrep/reconstruction-errors.ts";
import { requireSameArchitecture } from "../hyperrep/same-architecture.ts";
import { pcaLatent } from "../latent/pca-latent.ts";

interface EvalOptions {
  model: string;
  backend: TfBackend;
  epochs?: string;
  images: number;
}

export const hyperrepEval: AnalysisCommand<EvalOptions> = {
  name: "hyperrep eval",
  description: "how well held-out models are reconstructed, beside principal components, the average and the start",
  options: (command) =>
    command
      .requiredOption("--model <dir>", "what hyperrep train wrote")
      .option("--images <n>", "of the test split, for accuracy", wholeNumber("--images", 1, 1e6), 2000)
      .option("--backend <name>", `of TensorFlow.js: ${tfBackends.join(", ")}`, oneOf("--backend", tfBackends), "wasm"),
  run: async (analysis, { model: path, backend, images: count, epochs: named }) => {
    const { zoo, seed, signal } = analysis;
    const trained = await readHyperrep(path);
    requireSameArchitecture(trained.plan, zoo.manifest.architecture, path);
    const { D } = trained.plan;
    const epochs =
      named === undefined
        ? trained.epochs.filter((epoch) => zoo.states.includes(epoch))
        : [...analysis.selection.epochs];
    const train = await rowsOf(analysis, "train", epochs, trained.reference);
    const held = await rowsOf(analysis, "test", epochs, trained.reference);
    const executor = await analysis.executor();
    const latent = hyperrepLatent(await loadTf(backend), trained);
    const pca = await pcaLatent(train.weights, D, latent.K, { dense: executor.dense, seed, signal });
    const trainingMean = meanOfRows(train.weights, D);
    const starts = await startsOf(analysis, train, held, trained.reference);
    const reconstruct = async (rows: NetworkRows, own: Float32Array | null): Promise<Reconstruction[]> => [
      {
        name: "hyper-representation",
        size: latent.K,
        found: await latent.decode(await latent.encode(rows.weights, { signal }), { signal }),
      },
      {
        name: "principal components",
        size: pca.K,
        found: await pca.decode(await pca.encode(rows.weights, { signal }), { signal }),
      },
      { name: "average", size: 0, found: rows.weights.map((_, i) => trainingMean[i % D]) },
      ...(starts === null || own === null
        ? []
        : [{ name: "regression on the start", size: D, found: starts.predict(own) }]),
    ];
    const parts = weightParts(deriveLayout(zoo.manifest.architecture)).filter(({ kind }) => kind !== "tensor");
    try {
      analysis.progress("reconstructing", 0);
      const [onHeld, onTrain] = [
        await reconstruct(held, starts?.held ?? null),
        await reconstruct(train, starts?.train ?? null),
      ];
      const { batch, definition } = await analysis.images("test", count);
      const { architecture } = zoo.manifest;
      return {
        kind: "hyperrep-evaluation",
        parameters: { model: trained.config.name, config: latent.parameters["config"], epochs, images: count, seed },
        definitions: [
          `Held-out models: ${held.models.length} of the split test; baselines are fitted on ${train.models.length} of train; epochs ${epochs.join(", ")}.`,
          ...latent.definitions,
          ...pca.definitions,
          "Average: the mean of the training models, R2 0 by definition. Regression on the start: each weight by a line through the same weight of the model at epoch 0, moved by the model's symmetry.",
          definition,
        ],
        tables: [
          reconstructionTable("test", held, trainingMean, parts, onHeld, seed),
          await accuracyTable("test", executor, architecture, held, onHeld, batch, { seed, signal }),
          reconstructionTable("train", train, trainingMean, parts.slice(0, 1), onTrain, seed),
        ],
        arrays: [],
      };
    } finally {
      latent.dispose();
      pca.dispose();
    }
  },
};

async function rowsOf(
  { zoo, selection, signal }: Analysis,
  split: ModelRow["split"],
  epochs: readonly number[],
  reference: Parameters<typeof networkRows>[2],
): Promise<NetworkRows> {
  const models = selection.models.filter((model) => model.split === split);
  if (models.length > 0 && epochs.length > 0) return await networkRows({ zoo, epochs }, models, reference, { signal });
  const message =
    epochs.length === 0
      ? "the zoo stores none of the epochs that it was trained on; name some with --epochs"
      : `none of the models is in the split "${split}"; widen --where`;
  throw new ZooError("misuse", message, { option: epochs.length === 0 ? "--epochs" : "--where", value: split });
}

/** The starts of all rows, moved as the rows are; null where the zoo does not store epoch 0. */
async function startsOf(
  { zoo, signal }: Analysis,
  train: NetworkRows,
  held: NetworkRows,
  reference: Parameters<typeof networkRows>[2],
): Promise<{ train: Float32Array; held: Float32Array; predict: (starts: Float32Array) => Float32Array } | null> {
  if (!zoo.states.includes(0)) return null;
  const { D } = zoo.manifest.layout;
  const read = async ({ models, epochs }: NetworkRows): Promise<Float32Array> => {
    const last = epochs[epochs.length - 1];
    const both = await networkRows({ zoo, epochs: [0, last] }, models, reference, { signal });
    const E = epochs.length;
    const out = new Float32Array(models.length * E * D);
    for (let row = 0; row < models.length * E; row++) {
      const m = Math.floor(row / E);
      out.set(both.weights.subarray(2 * m * D, (2 * m + 1) * D), row * D);
    }
    return out;
  };
  const [own, others] = [await read(train), await read(held)];
  return { train: own, held: others, predict: startRegression(own, train.weights, D) };
}
