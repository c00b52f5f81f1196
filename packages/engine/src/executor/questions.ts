import type { Activation, Architecture } from "@zoo/format";
import type { Engine, Gradients, GradientsWanted, ImageBatch, RunOptions, SplitMetrics } from "../contract/engine.ts";

/** What each question about a Population is answered with; shapes as there. */
export interface Answers {
  evaluate: SplitMetrics;
  logits: Float32Array;
  predictions: Int32Array;
  activations: { data: Float32Array; shape: number[] };
  gradients: Gradients;
  hessianVectorProduct: Float32Array;
}
export type Question = keyof Answers;

/** What some questions need besides models and images. */
interface Details {
  activations: { layer: number };
  gradients: { wanted: GradientsWanted };
  hessianVectorProduct: { vectors: Float32Array };
}

/** One question about models whose weights [M, D] are given, as data that can go to another thread. */
export type PopulationQuery<Q extends Question = Question, Weights = Float32Array> = {
  [K in Q]: {
    question: K;
    architecture: Architecture;
    activation: Activation;
    weights: Weights;
    batch: ImageBatch;
  } & (K extends keyof Details ? Details[K] : unknown);
}[Q];

export async function answer(engine: Engine, query: PopulationQuery, options: RunOptions): Promise<Answers[Question]> {
  const { architecture, activation, weights, batch } = query;
  const population = await engine.createPopulation({ architecture, activation, weights });
  try {
    switch (query.question) {
      case "evaluate":
      case "logits":
      case "predictions":
        return await population[query.question](batch, options);
      case "activations":
        return await population.activations(batch, query.layer, options);
      case "gradients":
        return await population.gradients(batch, query.wanted, options);
      case "hessianVectorProduct":
        return await population.hessianVectorProduct(batch, query.vectors, options);
      default:
        return query satisfies never;
    }
  } finally {
    population.dispose();
  }
}
