import { z } from "zod";
import { type Activation, activationSchema } from "./hyperparameters.ts";

/**
 * One layer as data, with the meaning of the PyTorch module of that name. Pooling has no padding and rounds down.
 * Activation and dropout read what they are from the model's hyperparameters, so one architecture serves a whole zoo.
 */
export type LayerSpec =
  /** weight [out, Ci, kernel, kernel], bias [out] unless false. stride 1 and padding 0 (zeros) unless given. */
  | { type: "conv2d"; out: number; kernel: number; stride?: number; padding?: number; bias?: false }
  /** stride = kernel unless given. */
  | { type: "maxpool2d"; kernel: number; stride?: number }
  /** stride = kernel unless given. Global pooling is kernel = the height and width that come in. */
  | { type: "avgpool2d"; kernel: number; stride?: number }
  /** The model's activation, or `kind` in every model. */
  | { type: "activation"; kind?: Activation }
  | { type: "dropout" }
  | { type: "flatten" }
  /** weight [out, P], bias [out] unless false. */
  | { type: "linear"; out: number; bias?: false }
  /** weight (scale) [C], bias (shift) [C]; buffers running_mean and running_var [C]. eps 1e-5, momentum 0.1. */
  | { type: "batchnorm2d" }
  /** body(x) + shortcut(x); an empty shortcut is the identity. Both give the same shape. */
  | { type: "residual"; body: LayerSpec[]; shortcut: LayerSpec[] };

/** A feed-forward classifier; its last layer gives `classes` logits. */
export interface Architecture {
  name: string;
  input: [C: number, H: number, W: number];
  classes: number;
  layers: LayerSpec[];
}

const size = z.int().min(1).max(65_536);

export const layerSchema: z.ZodType<LayerSpec> = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("conv2d"),
    out: size,
    kernel: size,
    stride: size.exactOptional(),
    padding: z.int().min(0).max(65_535).exactOptional(),
    bias: z.literal(false).exactOptional(),
  }),
  z.strictObject({ type: z.literal("maxpool2d"), kernel: size, stride: size.exactOptional() }),
  z.strictObject({ type: z.literal("avgpool2d"), kernel: size, stride: size.exactOptional() }),
  z.strictObject({ type: z.literal("activation"), kind: activationSchema.exactOptional() }),
  z.strictObject({ type: z.literal("dropout") }),
  z.strictObject({ type: z.literal("flatten") }),
  z.strictObject({ type: z.literal("linear"), out: size, bias: z.literal(false).exactOptional() }),
  z.strictObject({ type: z.literal("batchnorm2d") }),
  z.strictObject({
    type: z.literal("residual"),
    get body() {
      return z.array(layerSchema).min(1).max(64);
    },
    get shortcut() {
      return z.array(layerSchema).max(64);
    },
  }),
]);

export const architectureSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  input: z.tuple([size, size, size]),
  classes: size,
  layers: z.array(layerSchema).min(1).max(1024),
}) satisfies z.ZodType<Architecture>;

const conv = (out: number, kernel: number, stride?: number): LayerSpec =>
  stride === undefined ? { type: "conv2d", out, kernel } : { type: "conv2d", out, kernel, stride };
const linear = (out: number): LayerSpec => ({ type: "linear", out });
const pool: LayerSpec = { type: "maxpool2d", kernel: 2 };
const act: LayerSpec = { type: "activation" };
const drop: LayerSpec = { type: "dropout" };
const flatten: LayerSpec = { type: "flatten" };

// Pooling before the activation, and no dropout after the third convolution, as published.
const cnnS = [conv(8, 5), pool, act, drop, conv(6, 5), pool, act, drop, conv(4, 2), act];
const cnnL = [conv(16, 3), pool, act, drop, conv(32, 3), pool, act, drop, conv(15, 3), pool, act, drop];
const strided = [conv(16, 3, 2), act, conv(16, 3, 2), act, conv(16, 3, 2), act];
const head = [flatten, linear(20), act, drop, linear(10)];
const globalHead: LayerSpec[] = [{ type: "avgpool2d", kernel: 2 }, flatten, linear(10)];

function define(name: string, input: Architecture["input"], layers: LayerSpec[]): Architecture {
  return { name, input, classes: 10, layers: layers.map((layer) => ({ ...layer })) };
}

/**
 * The architectures of the published zoos (Schürholt et al. 2022: CNN-s with 2464 and 2864 weights, CNN-l with 10853),
 * the strided CNN of Unterthiner et al. 2020 (4970 weights with one channel), and a small MLP.
 */
export const architectures = {
  "cnn-s-1ch": define("cnn-s-1ch", [1, 28, 28], [...cnnS, ...head]),
  "cnn-s-3ch": define("cnn-s-3ch", [3, 28, 28], [...cnnS, ...head]),
  "cnn-l": define("cnn-l", [3, 32, 32], [...cnnL, ...head]),
  "strided-cnn-1ch": define("strided-cnn-1ch", [1, 28, 28], [...strided, ...globalHead]),
  "strided-cnn-3ch": define("strided-cnn-3ch", [3, 28, 28], [...strided, ...globalHead]),
  mlp: define("mlp", [1, 28, 28], [flatten, linear(64), act, drop, linear(32), act, drop, linear(10)]),
} as const satisfies Record<string, Architecture>;

export type ArchitectureName = keyof typeof architectures;
