import { type Json, ZooError } from "@zoo/format";
import configs from "./configs.json" with { type: "json" };

/** All that a hyper-representation follows from besides zoo, states and seed. */
export interface HyperrepConfig {
  name: string;
  /** "whole": one latent vector of all tokens (Schürholt et al. 2021, 2022); "sequence": one per token, in windows (SANE). */
  variant: "whole" | "sequence";
  /** Transformer blocks of the encoder, and as many of the decoder. */
  blocks: number;
  /** Of a token inside of the blocks. */
  width: number;
  heads: number;
  /** Of the feed-forward layer. */
  hidden: number;
  /** Of the latent vector; in a sequence of each token. */
  latent: number;
  /** linear: all tokens through one layer; linear_bounded: tanh of that; token: tanh of a layer on a learned token (HR21). */
  bottleneck: "linear" | "linear_bounded" | "token";
  dropout: number;
  loss: {
    /** Share of NT-Xent; the rest is the reconstruction. */
    gamma: number;
    temperature: number;
    reduction: "global_mean" | "layer_mean";
    /** Weight of the mean squared difference of logits on so many query images; 0: none. */
    behaviour: number;
    images: number;
  };
  /** Layers of [Linear, BatchNorm, ReLU], then Linear to `out` and BatchNorm; in a sequence one layer after a norm, `layers` 0. */
  projection: { layers: number; hidden: number; out: number };
  /** "layer": numbers are divided by the deviation of all weights of their layer; "none". The mean of the training rows is subtracted where `centre`. */
  normalise: "layer" | "none";
  centre: boolean;
  views: {
    permutations: boolean;
    /** With this probability a stretch of the tokens is 0, of a share between the two of all. */
    erase: { probability: number; least: number; most: number };
    /** Standard deviations, after normalisation. */
    noise: { additive: number; multiplicative: number };
  };
  /** Of a sequence: tokens per window; 0: all. */
  window: number;
  /** Models are aligned to the first training model first. */
  align: boolean;
  optimizer: { name: "adam" | "adamw"; lr: number; weight_decay: number };
  schedule: { name: "constant" } | { name: "one_cycle" } | { name: "plateau"; factor: number; patience: number };
  batch: number;
  epochs: number;
}

export const hyperrepConfigs = configs as unknown as Record<string, HyperrepConfig>;

/** A config by its name. Throws ZooError `misuse` where there is none. */
export function namedConfig(name: string): HyperrepConfig {
  if (Object.hasOwn(hyperrepConfigs, name)) return hyperrepConfigs[name];
  const known = Object.keys(hyperrepConfigs).join(", ");
  throw new ZooError("misuse", `there is no configuration ${JSON.stringify(name)}; there are ${known}`, {
    option: "--config",
    value: name,
  });
}

/** Throws ZooError `misuse` where parts of a config contradict each other. */
export function checkConfig(config: HyperrepConfig): HyperrepConfig {
  const rule = brokenRule(config);
  if (rule === null) return config;
  throw new ZooError("misuse", `the configuration ${config.name}: ${rule}`, { option: "--config", value: config.name });
}

const words: Readonly<Record<string, readonly string[]>> = {
  variant: ["whole", "sequence"],
  bottleneck: ["linear", "linear_bounded", "token"],
  normalise: ["layer", "none"],
};
const counts = ["blocks", "width", "heads", "hidden", "latent", "batch", "epochs"] as const;

/** What contradicts what in a config, as the end of a sentence; null where nothing does. */
export function brokenRule(config: HyperrepConfig): string | null {
  const strange = unlike(config, namedConfig("small"), "");
  if (strange !== null) return strange;
  for (const [key, known] of Object.entries(words)) {
    const value = config[key as keyof HyperrepConfig];
    if (!known.includes(value as string))
      return `${key} must be one of ${known.join(", ")}, is ${JSON.stringify(value)}`;
  }
  for (const key of counts) {
    if (!(Number.isInteger(config[key]) && config[key] >= 1))
      return `${key} must be a whole number from 1, is ${config[key]}`;
  }
  const { width, heads, loss, batch, dropout, variant, bottleneck, optimizer, schedule, views, window } = config;
  if (width % heads !== 0) return `width ${width} is no multiple of its ${heads} heads`;
  if (!(loss.gamma >= 0 && loss.gamma <= 1)) return `loss.gamma must be in [0, 1], is ${loss.gamma}`;
  if (!(loss.temperature > 0)) return `loss.temperature must be above 0, is ${loss.temperature}`;
  if (!["global_mean", "layer_mean"].includes(loss.reduction)) return `there is no loss.reduction ${loss.reduction}`;
  if (loss.gamma > 0 && batch < 2) return "a contrast needs batches of 2 models or more";
  if (!(dropout >= 0 && dropout < 1)) return `dropout must be in [0, 1), is ${dropout}`;
  if (!(Number.isInteger(window) && window >= 0)) return `window must be a whole number from 0, is ${window}`;
  if (!["adam", "adamw"].includes(optimizer.name)) return `there is no optimizer ${optimizer.name}`;
  if (!(optimizer.lr > 0)) return `optimizer.lr must be above 0, is ${optimizer.lr}`;
  if (!["constant", "one_cycle", "plateau"].includes(schedule.name)) return `there is no schedule ${schedule.name}`;
  if (schedule.name === "plateau" && !(schedule.factor > 0 && schedule.factor < 1 && schedule.patience >= 0)) {
    return "a plateau needs a factor in (0, 1) and a patience";
  }
  const { least, most } = views.erase;
  if (!(least >= 0 && least <= most && most <= 1))
    return `views.erase must have 0 <= least <= most <= 1, has ${least}, ${most}`;
  if (variant === "sequence" && bottleneck !== "linear") return "a sequence has the bottleneck linear";
  if (variant === "sequence" && loss.behaviour > 0) {
    return "a behavioural loss needs the variant whole: windows are no networks";
  }
  if (loss.behaviour > 0 && !(loss.images >= 1)) return "a behavioural loss needs images";
  return null;
}

/** Where a value has other keys or kinds of values than an example; null where it has not. The schedule differs by its name. */
function unlike(value: unknown, example: unknown, path: string): string | null {
  if (typeof example === "number")
    return Number.isFinite(value) ? null : `${path} must be a number, is ${JSON.stringify(value)}`;
  if (typeof example !== "object" || example === null) {
    return typeof value === typeof example ? null : `${path} must be a ${typeof example}, is ${JSON.stringify(value)}`;
  }
  if (typeof value !== "object" || value === null)
    return `${path || "it"} must be an object, is ${JSON.stringify(value)}`;
  if (path === "schedule") return null;
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(example, key)) return `it has the unknown key ${path === "" ? key : `${path}.${key}`}`;
  }
  for (const [key, part] of Object.entries(example)) {
    const found = unlike((value as Record<string, unknown>)[key], part, path === "" ? key : `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

/** What a file says, and the rest as in `small`, key by key. */
export function completedConfig(some: unknown): HyperrepConfig {
  const base = namedConfig("small") as unknown as Record<string, unknown>;
  return (merged(base, some) ?? some) as HyperrepConfig;
}

function merged(base: unknown, some: unknown): unknown {
  const isObject = (x: unknown): x is Record<string, unknown> =>
    typeof x === "object" && x !== null && !Array.isArray(x);
  if (!isObject(base) || !isObject(some)) return some;
  const out: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(some)) out[key] = key === "schedule" ? value : merged(base[key], value);
  return out;
}

export const configJson = (config: HyperrepConfig): { [key: string]: Json } =>
  JSON.parse(JSON.stringify(config)) as { [key: string]: Json };
