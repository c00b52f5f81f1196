import type { ImageBatch, RunOptions } from "@zoo/engine";
import { askAll, type Executor } from "@zoo/engine/node";
import type { Activation, Architecture } from "@zoo/format";
import type { Normalisation } from "./normalisation.ts";
import { restored } from "./normalisation.ts";
import type { TokenPlan } from "./token-plan.ts";
import type { Behaviour } from "./training-loss.ts";

export interface BehaviourInput {
  executor: Executor;
  architecture: Architecture;
  plan: TokenPlan;
  normalisation: Normalisation;
  /** Query images. */
  images: ImageBatch;
}

/**
 * Mean over rows, images and classes of the squared difference between the logits of decoded networks and of those that they stand for
 * ("structure is not enough", 2025), and its gradient with respect to the decoded rows, by the engine's networks.
 * decoded [rows, D]: normalised, in token order; originals [rows, D]: weights in the order of the zoo.
 */
export async function behaviourLoss(
  { executor, architecture, plan, normalisation, images }: BehaviourInput,
  decoded: Float32Array,
  originals: Float32Array,
  activations: readonly Activation[],
  options: RunOptions = {},
): Promise<Behaviour> {
  const { D, from } = plan;
  const { deviation } = normalisation;
  const weights = restored(plan, normalisation, decoded);
  const gradient = new Float32Array(decoded.length);
  const size = activations.length * images.N * architecture.classes;
  let value = 0;
  for (const activation of new Set(activations)) {
    const members = [...activations.keys()].filter((i) => activations[i] === activation);
    const common = { architecture, activation, batch: images } as const;
    const own = gathered(weights, members, D);
    const wanted = await logitsOf(executor, { ...common, weights: gathered(originals, members, D) }, options);
    const found = await logitsOf(executor, { ...common, weights: own }, options);
    const cotangents = found.map((logit, i) => (2 * (logit - wanted[i])) / size);
    for (const [i, logit] of found.entries()) value += (logit - wanted[i]) ** 2 / size;
    const question = { question: "gradients", ...common, weights: own, wanted: { weights: true, cotangents } } as const;
    for await (const { first, answer } of askAll<"gradients">(executor, question, options)) {
      const piece = answer.weights as Float32Array;
      for (let row = 0; row * D < piece.length; row++) {
        const at = members[first + row] * D;
        for (let j = 0; j < D; j++) gradient[at + j] = piece[row * D + from[j]] * deviation[j];
      }
    }
  }
  return { value, gradient };
}

async function logitsOf(
  executor: Executor,
  query: { architecture: Architecture; activation: Activation; batch: ImageBatch; weights: Float32Array },
  options: RunOptions,
): Promise<Float32Array> {
  const pieces: Float32Array[] = [];
  for await (const { answer } of askAll<"logits">(executor, { question: "logits", ...query }, options))
    pieces.push(answer);
  const out = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

function gathered(rows: Float32Array, members: readonly number[], D: number): Float32Array {
  const out = new Float32Array(members.length * D);
  for (const [i, row] of members.entries()) out.set(rows.subarray(row * D, (row + 1) * D), i * D);
  return out;
}
