import type { HyperrepConfig } from "./hyperrep-config.ts";
import type { Tensors, Tf } from "./tf.ts";

/** Moments of the gradients, by parameter, and steps made. */
export interface OptimiserState {
  steps: number;
  first: Tensors;
  second: Tensors;
}

export function freshOptimiser(tf: Tf, parameters: Tensors): OptimiserState {
  const zeros = (): Tensors => new Map(Array.from(parameters, ([name, tensor]) => [name, tf.zerosLike(tensor)]));
  return { steps: 0, first: zeros(), second: zeros() };
}

const BETA2 = 0.999;
const EPS = 1e-8;

/**
 * One step of Adam (weight decay added to the gradient) or AdamW (subtracted from the parameter), as torch.optim has them:
 * betas `beta1` and .999, eps 1e-8 added to sqrt(second / correction). Replaces the tensors of `parameters` and of the state and
 * disposes the old ones and the gradients. A parameter without a gradient stays.
 */
export function adamStep(
  tf: Tf,
  parameters: Tensors,
  gradients: Tensors,
  state: OptimiserState,
  { name, weight_decay: decay }: HyperrepConfig["optimizer"],
  { lr, beta1 }: Rates,
): void {
  state.steps++;
  const correction1 = 1 - beta1 ** state.steps;
  const correction2 = Math.sqrt(1 - BETA2 ** state.steps);
  for (const [key, gradient] of gradients) {
    const [parameter, first, second] = [parameters, state.first, state.second].map((map) => take(map, key));
    const [moved, mean, square] = tf.tidy(() => {
      const g = name === "adam" && decay > 0 ? tf.add(gradient, tf.mul(parameter, decay)) : gradient;
      const mean = tf.add(first, tf.mul(tf.sub(g, first), 1 - beta1));
      const square = tf.add(tf.mul(second, BETA2), tf.mul(tf.square(g), 1 - BETA2));
      const scale = tf.add(tf.div(tf.sqrt(square), correction2), EPS);
      const shrunk = name === "adamw" && decay > 0 ? tf.mul(parameter, 1 - lr * decay) : parameter;
      return [tf.sub(shrunk, tf.div(tf.mul(mean, lr / correction1), scale)), mean, square];
    });
    for (const tensor of [parameter, first, second, gradient]) tensor.dispose();
    parameters.set(key, moved);
    state.first.set(key, mean);
    state.second.set(key, square);
  }
}

function take(map: Tensors, key: string) {
  const found = map.get(key);
  if (found === undefined) throw new RangeError(`no parameter ${key}`);
  return found;
}

export interface Rates {
  lr: number;
  beta1: number;
}

/** Where a plateau schedule stands: numbers, so that they can be stored. */
export interface PlateauState {
  lr: number;
  best: number;
  bad: number;
}

/**
 * Learning rate and beta1 of step `step` of `total`. one_cycle as torch's OneCycleLR with its defaults: cosine from lr / 25 to lr over
 * the first 30 % of the steps, then to lr / 250,000; beta1 from .95 to .85 and back. Else the lr of the plateau and .9.
 */
export function ratesAt(config: HyperrepConfig, step: number, total: number, plateau: PlateauState): Rates {
  if (config.schedule.name !== "one_cycle") return { lr: plateau.lr, beta1: 0.9 };
  const { lr } = config.optimizer;
  const top = 0.3 * total - 1;
  const between = (from: number, to: number, share: number): number =>
    to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
  if (step <= top) return { lr: between(lr / 25, lr, step / top), beta1: between(0.95, 0.85, step / top) };
  const share = (step - top) / (total - 1 - top);
  return { lr: between(lr, lr / 25 / 1e4, share), beta1: between(0.85, 0.95, share) };
}

/** After an epoch with this validation loss; as torch's ReduceLROnPlateau, mode min, relative threshold 1e-4, no cooldown. */
export function afterEpoch({ schedule }: HyperrepConfig, { lr, best, bad }: PlateauState, loss: number): PlateauState {
  if (schedule.name !== "plateau") return { lr, best, bad };
  if (loss < best * (1 - 1e-4)) return { lr, best: loss, bad: 0 };
  if (bad + 1 <= schedule.patience) return { lr, best, bad: bad + 1 };
  return { lr: lr * schedule.factor, best, bad: 0 };
}
