import type { Result, ResultArray } from "@zoo/analysis";
import {
  type Activation,
  type Architecture,
  activations,
  architectureSchema,
  deriveLayout,
  openArtefact,
  ZooError,
} from "@zoo/format";
import { fileStorage, nodeHasher } from "@zoo/format/node";
import type { LatentModel } from "../latent/latent-model.ts";
import { brokenRule, configJson, type HyperrepConfig } from "./hyperrep-config.ts";
import { type HyperrepParts, hyperrepLatent } from "./hyperrep-latent.ts";
import type { EpochLosses } from "./hyperrep-trainer.ts";
import { parameterList } from "./parameter-list.ts";
import type { Tf } from "./tf.ts";
import { tokenPlan } from "./token-plan.ts";
import { lossParts } from "./training-loss.ts";

/** A trained hyper-representation, and what it was trained on. */
export interface TrainedHyperrep extends HyperrepParts {
  architecture: Architecture;
  /** What networks are aligned to; null where they are not. */
  reference: { weights: Float32Array; activation: Activation } | null;
  /** Stored epochs of the networks that it was trained on. */
  epochs: number[];
  /** Of the zoo that it was trained on. */
  zoo: { name: string; sha256: string };
}

/** The artefact, kind "hyperrep": one array per parameter, the normalisation and the reference; the curve of losses as a table. */
export function hyperrepResult(
  trained: Omit<TrainedHyperrep, "zoo">,
  curve: readonly EpochLosses[],
  more: Pick<Result, "definitions"> & { seed: number; backend: string; bestEpoch: number },
): Result {
  const { config, plan, normalisation, parameters, architecture, reference, epochs } = trained;
  const array = (name: string, data: Float32Array, shape: number[], description: string): ResultArray => {
    const axes = shape.map((_, i) => (shape.length === 1 ? "number" : `axis_${i}`));
    return { name, dtype: "F32", data, shape, axes, description };
  };
  return {
    kind: "hyperrep",
    parameters: {
      config: configJson(config),
      architecture: JSON.parse(JSON.stringify(architecture)),
      epochs,
      reference: reference === null ? null : reference.activation,
      seed: more.seed,
      backend: more.backend,
      best_epoch: more.bestEpoch,
    },
    definitions: more.definitions,
    tables: [
      {
        name: "curve",
        caption:
          "Losses by training epoch: means over batches while weights change, and of the validation models after it.",
        columns: [
          { name: "epoch", type: "INT32", description: "passes over the training networks" },
          { name: "lr", type: "DOUBLE", description: "learning rate of its last step" },
          ...["train", "val"].flatMap((split) =>
            lossParts.map((part) => ({
              name: `${split}_${part}`,
              type: "DOUBLE" as const,
              description: `${part} of the ${split} models`,
            })),
          ),
        ],
        rows: curve.map(({ epoch, lr, train, validation }) => [
          epoch,
          lr,
          ...lossParts.map((part) => train[part]),
          ...lossParts.map((part) => validation[part]),
        ]),
      },
    ],
    arrays: [
      ...parameterList(config, plan).map(({ name, shape }) =>
        array(`p_${name}`, parameters.get(name) as Float32Array, shape, "a parameter; matrices are [in, out]"),
      ),
      array("mean", normalisation.mean, [plan.D], "subtracted from numbers in token order"),
      array("deviation", normalisation.deviation, [plan.D], "by which the rest is divided"),
      ...(reference === null
        ? []
        : [array("reference", reference.weights, [plan.D], "weights of the network that others are aligned to")]),
    ],
  };
}

/** Reads an artefact that `hyperrep train` wrote. Throws ZooError `bad-zoo` where it is none, or damaged. */
export async function readHyperrep(path: string): Promise<TrainedHyperrep> {
  const reader = await openArtefact(fileStorage(path), { hasher: nodeHasher });
  try {
    const { kind, parameters: stated, zoo } = reader.artefact;
    const bad = (rule: string): ZooError => new ZooError("bad-zoo", `${path}: ${rule}`, { path, rule });
    if (kind !== "hyperrep") throw bad(`is an artefact of kind ${kind}, not hyperrep; pass what hyperrep train wrote`);
    const parsed = architectureSchema.safeParse(stated["architecture"]);
    if (!parsed.success) throw bad("has no architecture; make it again with hyperrep train");
    const architecture = parsed.data;
    const config = stated["config"] as unknown as HyperrepConfig;
    const rule = brokenRule(config);
    if (rule !== null) throw bad(`its configuration: ${rule}`);
    const plan = tokenPlan(deriveLayout(architecture));
    const read = async (name: string, length: number): Promise<Float32Array> => {
      if (!reader.artefact.arrays.some((array) => array.name === name)) throw bad(`has no array ${name}`);
      const { data } = await reader.array(name);
      if (data instanceof Float32Array && data.length === length) return data;
      throw bad(`its array ${name} has ${data.length} numbers, not ${length} of float32`);
    };
    const parameters = new Map<string, Float32Array>();
    for (const { name, shape } of parameterList(config, plan)) {
      parameters.set(
        name,
        await read(
          `p_${name}`,
          shape.reduce((a, b) => a * b, 1),
        ),
      );
    }
    const normalisation = { mean: await read("mean", plan.D), deviation: await read("deviation", plan.D) };
    const activation = stated["reference"] as Activation | null;
    if (activation !== null && !activations.includes(activation)) throw bad(`has the unknown activation ${activation}`);
    const reference = activation === null ? null : { weights: await read("reference", plan.D), activation };
    const epochs = stated["epochs"] as number[];
    if (!Array.isArray(epochs) || !epochs.every(Number.isInteger)) throw bad("has no list of epochs");
    return { config, plan, architecture, parameters, normalisation, reference, epochs, zoo };
  } finally {
    await reader.close();
  }
}

/** Opens an artefact of `hyperrep train` as a latent space. */
export async function openHyperrep(path: string, tf: Tf): Promise<LatentModel> {
  return hyperrepLatent(tf, await readHyperrep(path));
}
