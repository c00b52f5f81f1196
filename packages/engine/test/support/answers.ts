// What cohorts and populations answer, by name, and whether two of such answers are the same.
import type { CohortSpec, CohortState, Engine, ImageBatch, SplitMetrics } from "../../src/contract/engine.ts";
import { RandomStream } from "../../src/numerics/philox.ts";

/** Everything that one cohort or population told, by name. */
export type Answers = Record<string, ArrayLike<number>>;

/** Metrics of every pass, and the state after every epoch. */
export async function train(engine: Engine, spec: CohortSpec, epochs: number): Promise<Answers> {
  const cohort = await engine.createCohort(spec);
  const answers: Answers = {};
  const keep = (name: string, { loss, acc }: SplitMetrics) =>
    Object.assign(answers, { [`${name} loss`]: loss, [`${name} acc`]: acc });
  keep("before", await cohort.evaluate("train"));
  for (let epoch = 1; epoch <= epochs; epoch++) {
    keep(`train ${epoch}`, await cohort.trainEpoch());
    keep(`val ${epoch}`, await cohort.evaluate("val"));
    keep(`test ${epoch}`, await cohort.evaluate("test"));
    for (const [name, values] of Object.entries(tensorsOf(await cohort.state()))) answers[`${name} ${epoch}`] = values;
  }
  cohort.dispose();
  return answers;
}

export async function trainedWeights(engine: Engine, spec: CohortSpec): Promise<Float32Array> {
  const cohort = await engine.createCohort(spec);
  await cohort.trainEpoch();
  const weights = await cohort.weights();
  cohort.dispose();
  return weights;
}

export const tensorsOf = ({ epoch, optimizerSteps, tensors }: CohortState): Answers => ({
  when: [epoch, optimizerSteps],
  ...tensors,
});

/** One answer to every kind of question. */
export async function askEverything(
  engine: Engine,
  spec: Parameters<Engine["createPopulation"]>[0],
  batch: ImageBatch,
): Promise<Answers> {
  const population = await engine.createPopulation(spec);
  const { M, D } = population;
  const random = new RandomStream(5, "INIT");
  const noise = (length: number) => new Float32Array(length).map(() => random.uniform() - 0.5);
  const cotangents = noise(M * batch.N * spec.architecture.classes);
  const { loss, acc } = await population.evaluate(batch);
  const ofLoss = await population.gradients(batch, { weights: true, images: true });
  const weightsAlone = await population.gradients(batch, { weights: true });
  const imagesAlone = await population.gradients(batch, { images: true, cotangents });
  const answers: Answers = {
    loss,
    acc,
    logits: await population.logits(batch),
    predictions: await population.predictions(batch),
    "loss again": ofLoss.loss ?? [],
    "weight gradients": ofLoss.weights ?? [],
    "image gradients": ofLoss.images ?? [],
    "weight gradients alone": weightsAlone.weights ?? [],
    "image gradients alone": imagesAlone.images ?? [],
    "weight gradients of cotangents": (await population.gradients(batch, { weights: true, cotangents })).weights ?? [],
    "Hessian-vector products": await population.hessianVectorProduct(batch, noise(M * D)),
  };
  for (const layer of spec.architecture.layers.keys()) {
    const { data, shape } = await population.activations(batch, layer);
    answers[`activations ${layer}`] = data;
    answers[`shape ${layer}`] = shape;
  }
  population.dispose();
  return answers;
}

export function equalBits(actual: ArrayLike<number>, expected: ArrayLike<number>): boolean {
  const [found, wanted] = [actual, expected].map((values) =>
    values instanceof Float32Array ? new Uint32Array(values.slice().buffer) : Array.from(values),
  );
  return wanted.every((value: number, i: number) => Object.is(value, found[i]));
}

export function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (actual[i] - expected[i]) ** 2;
    norm += expected[i] ** 2;
  }
  return Math.sqrt(difference / (norm || 1));
}
