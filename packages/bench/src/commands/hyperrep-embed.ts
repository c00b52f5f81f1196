import type { AnalysisCommand } from "@zoo/analysis/command";
import { oneOf } from "@zoo/cli";
import { readHyperrep } from "../hyperrep/hyperrep-artefact.ts";
import { networkRows } from "../hyperrep/hyperrep-data.ts";
import { hyperrepLatent } from "../hyperrep/hyperrep-latent.ts";
import { loadTf, type TfBackend, tfBackends } from "../hyperrep/load-tf.ts";
import { requireSameArchitecture } from "../hyperrep/same-architecture.ts";

interface EmbedOptions {
  model: string;
  backend: TfBackend;
}

/** Models in memory at once. */
const MODELS = 256;

export const hyperrepEmbed: AnalysisCommand<EmbedOptions> = {
  name: "hyperrep embed",
  description: "latent vectors of states, by a trained hyper-representation",
  options: (command) =>
    command
      .requiredOption("--model <dir>", "what hyperrep train wrote")
      .option("--backend <name>", `of TensorFlow.js: ${tfBackends.join(", ")}`, oneOf("--backend", tfBackends), "wasm"),
  run: async (analysis, { model: path, backend }) => {
    const { zoo, signal } = analysis;
    const { models, epochs } = analysis.selection;
    const trained = await readHyperrep(path);
    requireSameArchitecture(trained.plan, zoo.manifest.architecture, path);
    const { config, plan } = trained;
    const latent = hyperrepLatent(await loadTf(backend), trained);
    const K = config.latent;
    const E = epochs.length;
    const data = new Float32Array(models.length * E * K);
    try {
      for (let first = 0; first < models.length; first += MODELS) {
        const some = models.slice(first, first + MODELS);
        const rows = await networkRows({ zoo, epochs }, some, trained.reference, { signal });
        const found = await latent.encode(rows.weights, { signal });
        data.set(config.variant === "whole" ? found : meanOfTokens(found, plan.T, K), first * E * K);
        analysis.progress("embedding", (first + some.length) / models.length);
      }
    } finally {
      latent.dispose();
    }
    const mean = config.variant === "sequence" ? ", the mean over its tokens" : "";
    return {
      kind: "embedding",
      parameters: {
        model: config.name,
        trained_on: trained.zoo.sha256,
        config: latent.parameters["config"],
        epochs: [...epochs],
        models: models.map(({ id }) => id),
      },
      definitions: [
        `The latent vector of every state${mean}, by ${config.name}, trained on ${trained.zoo.name}.`,
        ...latent.definitions,
      ],
      tables: [],
      arrays: [
        {
          name: "embedding",
          dtype: "F32",
          data,
          shape: [models.length, E, K],
          axes: ["model", "epoch", "component"],
          description: "latent vectors; models and epochs as in the parameters",
        },
      ],
    };
  },
};

function meanOfTokens(latents: Float32Array, T: number, K: number): Float32Array {
  const out = new Float32Array(latents.length / T);
  for (let i = 0; i < latents.length; i++) out[Math.floor(i / (T * K)) * K + (i % K)] += latents[i] / T;
  return out;
}
