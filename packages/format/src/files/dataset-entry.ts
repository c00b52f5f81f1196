import { z } from "zod";
import { byteCount, columnName, count, id, sha256Hex, text } from "./fields.ts";
import type { Json } from "./json.ts";

/** A step that later recipes may invent: a name and whatever belongs to it. */
export interface OpenStep {
  type: string;
  [key: string]: Json;
}

/** What was done to every image before `scale` and `shift`, as data. Sizes in pixels. */
export type Transform =
  /** To exactly this size. `bilinear` is Pillow's, which averages where it shrinks. */
  | { type: "resize"; size: [H: number, W: number]; method: string }
  /** The rectangle of this size that begins at row `top` and column `left`. */
  | { type: "crop"; top: number; left: number; size: [H: number, W: number] }
  /** Channels mixed into one by `weights` [C]. */
  | { type: "grey"; weights: number[] }
  /** (x - mean) / std per channel, x = u / 255; `scale` and `shift` are what that comes to. */
  | { type: "normalise"; mean: number[]; std: number[] }
  | OpenStep;

/** What the models were trained on, and how a pixel becomes an input: x = u * scale[c] + shift[c], u in 0..255. */
export interface DatasetEntry {
  name: string;
  /** After the transforms. */
  shape: [C: number, H: number, W: number];
  classes: number;
  /** Numbers of images. */
  splits: { train: number; val: number; test: number };
  /** [C], float32 values. */
  scale: number[];
  shift: number[];
  /** In the order in which they were applied. */
  transforms: Transform[];
  sources: { file: string; bytes: number; sha256: string }[];
  /** Of the images as bytes, after all transforms but `normalise`, and then all labels, whatever files they came in. */
  sha256: string;
  /** Deviations worth telling, one sentence each. */
  notes: string[];
}

/** How the models were trained, beyond what models.parquet says of each. */
export interface TrainingEntry {
  loss: "nll";
  /** `constant`: the learning rate of the model at every step. */
  schedule: OpenStep;
  /** What was done to the images of each batch, in order; [] where nothing was. */
  augmentation: OpenStep[];
}

const channels = z.array(z.number()).min(1).max(65_536);
const pixels = id.max(65_536);
const size = z.tuple([pixels, pixels]);

const openStepSchema = z.looseObject({ type: columnName }) as z.ZodType<OpenStep>;

const known = [
  z.strictObject({ type: z.literal("resize"), size, method: text }),
  z.strictObject({ type: z.literal("crop"), top: pixels, left: pixels, size }),
  z.strictObject({ type: z.literal("grey"), weights: channels }),
  z.strictObject({ type: z.literal("normalise"), mean: channels, std: channels }),
] as const;

const knownSchema = z.discriminatedUnion("type", known);
// `abort`, or the union would take a known transform with a wrong field for another kind with a wrong name.
const others = z.looseObject({ type: columnName.regex(/^(?!(resize|crop|grey|normalise)$)/, { abort: true }) });

export const transformSchema = z.union([knownSchema, others]) as z.ZodType<Transform>;

export const datasetEntrySchema = z.strictObject({
  name: text,
  shape: z.tuple([count, count, count]),
  classes: count,
  splits: z.strictObject({ train: id, val: id, test: id }),
  scale: channels,
  shift: channels,
  transforms: z.array(transformSchema).max(64),
  sources: z.array(z.strictObject({ file: text, bytes: byteCount, sha256: sha256Hex })).max(1024),
  sha256: sha256Hex,
  notes: z.array(text).max(256),
}) satisfies z.ZodType<DatasetEntry>;

export const trainingEntrySchema = z.strictObject({
  loss: z.literal("nll"),
  schedule: openStepSchema,
  augmentation: z.array(openStepSchema).max(64),
}) satisfies z.ZodType<TrainingEntry>;
