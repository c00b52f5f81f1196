import type {
  Engine,
  Gradients,
  ImageBatch,
  PopulationSpec,
  RunOptions,
  SplitMetrics,
  WeightSource,
} from "@zoo/engine";

/**
 * The mean negative log-likelihood of one kind of network on fixed images, as a function of its weights: what every part of the
 * landscape asks. Any number of points at once; the more, the better the engine's lanes are filled. No answer depends on its company.
 */
export interface LossSurface {
  /** Weights of one point. */
  readonly D: number;
  /** Loss and accuracy, each [M], at weights [M, D]. */
  evaluate(weights: WeightSource): Promise<SplitMetrics>;
  /** Losses [M] and gradients [M, D] at weights [M, D]. */
  gradients(weights: Float32Array): Promise<Required<Pick<Gradients, "loss" | "weights">>>;
  /** Hessians at weights [M, D] times vectors [M, D]: [M, D], exact but for float32 arithmetic. */
  hessianVectorProduct(weights: Float32Array, vectors: Float32Array): Promise<Float32Array>;
}

/** A surface asked in this thread, for pages; programs use `lossSurface` of @zoo/analysis/node. batch: with labels. */
export function engineSurface(
  engine: Engine,
  spec: Omit<PopulationSpec, "weights"> & { D: number; batch: ImageBatch },
  options: RunOptions = {},
): LossSurface {
  const { architecture, activation, batch, D } = spec;
  const ask = async <T>(
    weights: WeightSource,
    question: (population: Awaited<ReturnType<Engine["createPopulation"]>>) => Promise<T>,
  ): Promise<T> => {
    const population = await engine.createPopulation({ architecture, activation, weights });
    try {
      return await question(population);
    } finally {
      population.dispose();
    }
  };
  return {
    D,
    evaluate: (weights) => ask(weights, (population) => population.evaluate(batch, options)),
    gradients: (weights) =>
      ask(weights, async (population) => {
        const { loss, weights: gradients } = await population.gradients(batch, { weights: true }, options);
        return { loss: loss as Float64Array, weights: gradients as Float32Array };
      }),
    hessianVectorProduct: (weights, vectors) =>
      ask(weights, (population) => population.hessianVectorProduct(batch, vectors, options)),
  };
}
