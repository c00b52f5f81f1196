import { existsSync, readFileSync } from "node:fs";
import type { Result } from "@zoo/analysis";
import type { AnalysisCommand } from "@zoo/analysis/command";
import type { Analysis } from "@zoo/analysis/node";
import { misuse, oneOf, wholeNumber } from "@zoo/cli";
import { deriveLayout, type ModelRow, ZooError } from "@zoo/format";
import { hyperrepResult } from "../hyperrep/hyperrep-artefact.ts";
import {
  checkConfig,
  completedConfig,
  configJson,
  type HyperrepConfig,
  namedConfig,
} from "../hyperrep/hyperrep-config.ts";
import { networkRows } from "../hyperrep/hyperrep-data.ts";
import { HyperrepTrainer } from "../hyperrep/hyperrep-trainer.ts";
import { loadTf, type TfBackend, tfBackends } from "../hyperrep/load-tf.ts";
import { normalisationOf } from "../hyperrep/normalisation.ts";
import { parameterList } from "../hyperrep/parameter-list.ts";
import { tokenPlan } from "../hyperrep/token-plan.ts";
import { loadRun, openRun, saveRun } from "../hyperrep/trainer-checkpoint.ts";

interface TrainOptions {
  config: string;
  passes?: number;
  checkpoint?: string;
  backend: TfBackend;
  epochs?: string;
}

export const hyperrepTrain: AnalysisCommand<TrainOptions> = {
  name: "hyperrep train",
  description: "trains an autoencoder of weights on the models of the train split",
  options: (command) =>
    command
      .option("--config <name>", "a configuration by name, or a file of JSON", "small")
      .option(
        "--passes <n>",
        "over the training networks, instead of the configuration's",
        wholeNumber("--passes", 1, 1e6),
      )
      .option("--checkpoint <dir>", "where it is saved after every pass, and resumed from")
      .option("--backend <name>", `of TensorFlow.js: ${tfBackends.join(", ")}`, oneOf("--backend", tfBackends), "wasm"),
  run: trainHyperrep,
};

async function trainHyperrep(analysis: Analysis, options: TrainOptions): Promise<Result> {
  const { zoo, seed, signal } = analysis;
  const config = configOf(options);
  const { models } = analysis.selection;
  const epochs = options.epochs === undefined ? analysis.selection.epochs.slice(-5) : [...analysis.selection.epochs];
  const members = (split: ModelRow["split"]): ModelRow[] => models.filter((model) => model.split === split);
  const [training, validating] = [someOf(members("train"), "train"), someOf(members("val"), "val")];
  const { architecture } = zoo.manifest;
  const plan = tokenPlan(deriveLayout(architecture));
  const last = epochs[epochs.length - 1];
  const reference = config.align
    ? { weights: (await zoo.weightsAt(last, [training[0]])).data, activation: training[0].activation }
    : null;
  const read = async (rows: readonly ModelRow[], what: string) =>
    await networkRows({ zoo, epochs }, rows, reference, {
      signal,
      onProgress: (share) => analysis.progress(what, share),
    });
  const train = await read(training, "reading training models");
  const validation = await read(validating, "reading validation models");
  const normalisation = normalisationOf(config, plan, train.weights);
  const tf = await loadTf(options.backend);
  const identity = {
    zoo: zoo.sha256,
    config: configJson(config),
    epochs,
    seed,
    backend: options.backend,
    train: training.length,
    val: validating.length,
  };
  const folder = options.checkpoint;
  if (folder !== undefined) await openRun(folder, identity);
  const state = folder === undefined ? null : await loadRun(tf, folder, parameterList(config, plan));
  const behaviour =
    config.loss.behaviour > 0
      ? {
          behaviour: {
            executor: await analysis.executor(),
            images: (await analysis.images("train", config.loss.images)).batch,
          },
        }
      : {};
  const input = { tf, config, plan, architecture, normalisation, train, validation, seed, ...behaviour };
  const trainer = new HyperrepTrainer(input, state ?? undefined);
  try {
    const start = trainer.epoch;
    while (trainer.epoch < config.epochs) {
      const at = trainer.epoch - start;
      const onStep = (share: number): void => analysis.progress("training", (at + share) / (config.epochs - start));
      await trainer.trainEpoch({ signal, onStep });
      if (folder !== undefined) await saveRun(folder, trainer.state);
    }
    const { best, curve } = trainer.state;
    if (best.epoch === 0)
      throw new ZooError("misuse", "the validation loss was never a number; lower the learning rate", {
        option: "--config",
        value: config.name,
      });
    const trained = { config, plan, normalisation, parameters: best.parameters, architecture, reference, epochs };
    return hyperrepResult(trained, curve, {
      seed,
      backend: options.backend,
      bestEpoch: best.epoch,
      definitions: [
        `Trained on ${training.length} models of the split train at epochs ${epochs.join(", ")}; validated on ${validating.length} of val; none of test.`,
        `The parameters are those after pass ${best.epoch} of ${config.epochs}, which had the least validation loss.`,
        config.align
          ? `Networks are first aligned to model ${training[0].id} at epoch ${last}, by the symmetry of their last chosen epoch.`
          : "Networks are not aligned.",
        "Losses are of normalised weights: 1 is about what predicting the mean gives.",
      ],
    });
  } finally {
    trainer.dispose();
  }
}

function configOf({ config: name, passes }: TrainOptions): HyperrepConfig {
  let config: HyperrepConfig;
  if (name.endsWith(".json")) {
    if (!existsSync(name)) throw misuse("--config", "must be a file that is there", name);
    try {
      config = JSON.parse(readFileSync(name, "utf8")) as HyperrepConfig;
    } catch {
      throw misuse("--config", "must be a file of JSON", name);
    }
    config = completedConfig(config);
  } else config = namedConfig(name);
  return checkConfig(passes === undefined ? config : { ...config, epochs: passes });
}

function someOf(models: ModelRow[], split: string): ModelRow[] {
  if (models.length > 0) return models;
  throw new ZooError("misuse", `none of the models is in the split "${split}", which training needs. Widen --where`, {
    option: "--where",
    value: split,
  });
}
