import type { Gradients, ImageBatch, RunOptions, SplitMetrics } from "@zoo/engine";
import { askAll, type Executor, type PopulationQuery, type Question } from "@zoo/engine/node";
import { type Activation, type Architecture, deriveLayout, ZooError } from "@zoo/format";
import type { LossSurface } from "../landscape/loss-surface.ts";
import { requireAskable } from "../population/askable.ts";

/**
 * A surface asked on all workers of an executor. Throws ZooError `misuse` for a network with batch normalisation: no engine has
 * it yet, and statistics would have to be computed again at every point; and for any other part that no engine has.
 */
export function lossSurface(
  executor: Executor,
  network: { architecture: Architecture; activation: Activation; batch: ImageBatch },
  options: RunOptions = {},
): LossSurface {
  const { architecture } = network;
  const { D, B } = deriveLayout(architecture);
  if (B > 0) {
    const message = `${architecture.name} has batch normalisation, whose statistics must be computed again at every point of a landscape; no engine can do that yet. Choose a zoo without it`;
    throw new ZooError("misuse", message, { option: "zoo", value: architecture.name });
  }
  const answers = <Q extends Question>(query: object): ReturnType<typeof askAll<Q>> =>
    askAll(executor, { ...network, ...query } as unknown as Parameters<typeof askAll<Q>>[1], options);
  requireAskable(architecture);
  return {
    D,
    evaluate: async (weights) => {
      const M = "models" in weights ? weights.models : weights.length / D;
      const all: SplitMetrics = { loss: new Float64Array(M), acc: new Float64Array(M) };
      for await (const { first, answer } of answers<"evaluate">({ question: "evaluate", weights })) {
        all.loss.set(answer.loss, first);
        all.acc.set(answer.acc, first);
      }
      return all;
    },
    gradients: async (weights) => {
      const all = { loss: new Float64Array(weights.length / D), weights: new Float32Array(weights.length) };
      const query: Partial<PopulationQuery<"gradients">> = {
        question: "gradients",
        wanted: { weights: true },
        weights,
      };
      for await (const { first, answer } of answers<"gradients">(query)) {
        const { loss, weights: gradients } = answer as Required<Gradients>;
        all.loss.set(loss, first);
        all.weights.set(gradients, first * D);
      }
      return all;
    },
    hessianVectorProduct: async (weights, vectors) => {
      const all = new Float32Array(weights.length);
      const query = { question: "hessianVectorProduct", weights, vectors };
      for await (const { first, answer } of answers<"hessianVectorProduct">(query)) all.set(answer, first * D);
      return all;
    },
  };
}
