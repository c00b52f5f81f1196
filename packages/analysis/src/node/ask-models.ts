import type { RunOptions } from "@zoo/engine";
import { type Answers, askAll, type Executor, type PopulationQuery, type Question } from "@zoo/engine/node";
import type { Activation, ModelRow, Zoo } from "@zoo/format";
import { requireAskable } from "../population/askable.ts";
import { weightsOf } from "../population/state-blocks.ts";

/** An answer about some of the models asked. */
export interface ModelAnswer<Q extends Question> {
  /** Indices in the list of models; leading axis of the answer. */
  indices: number[];
  answer: Answers[Q];
}

/** A question without its models. */
export type ModelQuestion<Q extends Question> = Omit<
  PopulationQuery<Q>,
  "architecture" | "activation" | "weights" | "vectors"
>;

/**
 * Asks stored models at one epoch, those of each activation after another; weights are read as they are needed. Every
 * model is answered about once. Throws ZooError `misuse` for an architecture that no engine has.
 */
export async function* askModels<Q extends Question>(
  executor: Executor,
  zoo: Zoo,
  models: readonly ModelRow[],
  epoch: number,
  question: ModelQuestion<Q>,
  options: RunOptions = {},
): AsyncGenerator<ModelAnswer<Q>> {
  const { architecture } = zoo.manifest;
  requireAskable(architecture);
  for (const [activation, indices] of byActivation(models)) {
    const weights = weightsOf(
      zoo,
      indices.map((i) => models[i]),
      epoch,
    );
    const query = { ...question, architecture, activation, weights } as unknown as Parameters<typeof askAll<Q>>[1];
    for await (const { first, count, answer } of askAll(executor, query, options)) {
      yield { indices: indices.slice(first, first + count), answer };
    }
  }
}

function byActivation(models: readonly ModelRow[]): Map<Activation, number[]> {
  const groups = new Map<Activation, number[]>();
  for (const [i, { activation }] of models.entries()) {
    const group = groups.get(activation) ?? [];
    group.push(i);
    groups.set(activation, group);
  }
  return groups;
}
