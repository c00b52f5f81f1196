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

export const layerSchema: z.ZodType<LayerSpec> = z
  .discriminatedUnion("type", [
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
  ])
  .meta({ id: "layer" });

export const architectureSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  input: z.tuple([size, size, size]),
  classes: size,
  layers: z.array(layerSchema).min(1).max(1024),
}) satisfies z.ZodType<Architecture>;
