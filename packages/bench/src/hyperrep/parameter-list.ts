import { RandomStream } from "@zoo/engine";
import type { HyperrepConfig } from "./hyperrep-config.ts";
import { hyperrepDraws } from "./hyperrep-draws.ts";
import type { TokenPlan } from "./token-plan.ts";

/** How a parameter starts: all of one value; uniform in +- `bound`; normal with a deviation. */
export type Start = { value: number } | { bound: number } | { deviation: number };

export interface Parameter {
  /** a-z, 0-9 and "_". */
  name: string;
  shape: number[];
  start: Start;
}

/** The longest token, to which those of a sequence are filled up with zeros. */
export const tokenSize = ({ layers }: TokenPlan): number => Math.max(...layers.map(({ width }) => width));

/** Tokens of a window; all of the network where it has no more. */
export const windowOf = ({ window }: HyperrepConfig, { T }: TokenPlan): number =>
  window === 0 ? T : Math.min(window, T);

/** All that is trained, in the order in which optimiser and checkpoints have it. Matrices are [in, out]. */
export function parameterList(config: HyperrepConfig, plan: TokenPlan): Parameter[] {
  return config.variant === "whole" ? wholeParameters(config, plan) : sequenceParameters(config, plan);
}

function wholeParameters(config: HyperrepConfig, { layers, T }: TokenPlan): Parameter[] {
  const { width: d, latent: K, bottleneck, projection } = config;
  const token = bottleneck === "token";
  const sizes = Array.from({ length: projection.layers + 1 }, (_, i) => (i === 0 ? K : projection.hidden));
  return [
    ...layers.flatMap(({ width }, l) => linearOf(`embed_${l}`, width, d)),
    ...(token ? [{ name: "encoder_token", shape: [1, d], start: { deviation: 0.02 } }] : []),
    { name: "encoder_positions", shape: [token ? T + 1 : T, d], start: { deviation: 0.02 } },
    ...blocksOf("encoder", config),
    ...linearOf("bottleneck", token ? d : T * d, K),
    ...linearOf("expand", K, T * d),
    { name: "decoder_positions", shape: [T, d], start: { deviation: 0.02 } },
    ...blocksOf("decoder", config),
    ...layers.flatMap(({ width }, l) => linearOf(`unembed_${l}`, d, width)),
    ...(config.loss.gamma === 0
      ? []
      : sizes.flatMap((size, i) => {
          const out = i === projection.layers ? projection.out : projection.hidden;
          return [...linearOf(`projection_${i}`, size, out), ...normOf(`projection_${i}`, out, true)];
        })),
  ];
}

function sequenceParameters(config: HyperrepConfig, plan: TokenPlan): Parameter[] {
  const { width: d, latent: K, projection } = config;
  const size = tokenSize(plan);
  const flat = windowOf(config, plan) * K;
  const most = Math.max(...plan.layers.map(({ count }) => count));
  const positions = (part: string): Parameter[] =>
    [["global", plan.T] as const, ["layer", plan.layers.length] as const, ["channel", most] as const].map(
      ([name, n]) => ({ name: `${part}_positions_${name}`, shape: [n, d], start: { deviation: 0.02 } }),
    );
  const narrow = (name: string, shape: number[]): Parameter => ({ name, shape, start: { deviation: 0.02 } });
  return [
    narrow("embed_weight", [size, d]),
    { name: "embed_bias", shape: [d], start: { value: 0 } },
    ...positions("encoder"),
    ...blocksOf("encoder", config),
    ...normOf("encoder_final", d, false),
    narrow("bottleneck_weight", [d, K]),
    narrow("expand_weight", [K, d]),
    ...positions("decoder"),
    ...blocksOf("decoder", config),
    ...normOf("decoder_final", d, false),
    narrow("unembed_weight", [d, size]),
    { name: "unembed_bias", shape: [size], start: { value: 0 } },
    ...(config.loss.gamma === 0
      ? []
      : [...normOf("projection", flat, false), narrow("projection_weight", [flat, projection.out])]),
  ];
}

function blocksOf(part: string, { variant, blocks, width: d, hidden }: HyperrepConfig): Parameter[] {
  const bias = variant === "whole";
  const matrix = (name: string, n: number, m: number, last: boolean): Parameter[] => {
    if (bias) return linearOf(name, n, m);
    const deviation = 0.02 / (last ? Math.sqrt(2 * blocks) : 1); // GPT-2: what is added to the stream starts smaller
    return [{ name: `${name}_weight`, shape: [n, m], start: { deviation } }];
  };
  return Array.from({ length: blocks }, (_, i) => `${part}_${i}`).flatMap((name) => [
    ...normOf(`${name}_norm1`, d, bias),
    ...matrix(`${name}_qkv`, d, 3 * d, false),
    ...matrix(`${name}_out`, d, d, true),
    ...normOf(`${name}_norm2`, d, bias),
    ...matrix(`${name}_up`, d, hidden, false),
    ...matrix(`${name}_down`, hidden, d, true),
  ]);
}

/** As PyTorch's Linear starts: all uniform in +- 1 / sqrt(in). */
function linearOf(name: string, n: number, m: number): Parameter[] {
  const start = { bound: 1 / Math.sqrt(n) };
  return [
    { name: `${name}_weight`, shape: [n, m], start },
    { name: `${name}_bias`, shape: [m], start },
  ];
}

function normOf(name: string, n: number, bias: boolean): Parameter[] {
  const gain = { name: `${name}_gain`, shape: [n], start: { value: 1 } };
  return bias ? [gain, { name: `${name}_shift`, shape: [n], start: { value: 0 } }] : [gain];
}

/** The numbers of parameter number `index` before training. */
export function startOf({ shape, start }: Parameter, seed: number, index: number): Float32Array {
  const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
  if ("value" in start) return data.fill(start.value);
  const random: RandomStream = hyperrepDraws(seed, "start", index);
  for (let i = 0; i < data.length; i++) {
    data[i] = "bound" in start ? (2 * random.uniform() - 1) * start.bound : random.normal() * start.deviation;
  }
  return data;
}
