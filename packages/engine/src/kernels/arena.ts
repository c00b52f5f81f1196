import {
  type Activation,
  type Architecture,
  activations,
  deriveLayout,
  type LayerShape,
  type LayerSpec,
  type OptimizerKind,
  optimizers,
} from "@zoo/format";

/** What an arena is for: it gets the buffers that this needs and no others. */
export interface ArenaUse {
  activation: Activation;
  training?: { optimizer: OptimizerKind; batchSize: number; dropout: boolean };
  question?: QuestionUse;
}

export const questionKinds = ["evaluate", "outputs", "gradients", "hessianVector"] as const;

/** A question of a population, asked about `capacity` of its `samples` images at a time. */
export interface QuestionUse {
  kind: (typeof questionKinds)[number];
  samples: number;
  capacity: number;
  perModel: boolean;
  floatImages: boolean;
  /** outputs: the layer whose output is asked; the layers after it are left out. */
  layer?: number;
  /** gradients: of what, and of the mean loss or of sums with cotangents. */
  weights?: boolean;
  images?: boolean;
  cotangents?: boolean;
}

/** Where things lie in an arena; in vectors of `lanes` float32. -1: not there. Mirrors native/program.h. */
export interface ArenaPlan {
  lanes: number;
  D: number;
  totalBytes: number;
  /** Program and layers: the words at the start of the arena. */
  words: Int32Array;
  at: Record<ArenaField, number>;
  /** Values of one image's answer. */
  answerSize: number;
}

const fields = [
  "weights",
  "grads",
  "firstMoment",
  "secondMoment",
  "learningRate",
  "loss",
  "correct",
  "weightDecay",
  "momentum",
  "keepFactor",
  "dropBelow",
  "dropScale",
  "key0",
  "key1",
  "powers",
  "affine",
  "images",
  "labels",
  "cotangents",
  "answers",
  "direction",
  "directionGrads",
] as const;
export type ArenaField = (typeof fields)[number];

const PROGRAM_WORDS = 48;
const LAYER_WORDS = 32;
/** Offsets in a program are int32, in vectors. */
const MAX_VECTORS = 2 ** 31 - 1;
const layerTypes = { conv2d: 0, linear: 0, maxpool2d: 1, avgpool2d: 2, activation: 3, dropout: 4 } as const;

const volume = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * Lays out the memory of one group of `lanes` models. Dropout layers are left out where there is no dropout, which changes no bit.
 *
 * Throws RangeError when the arena would be longer than its offsets can say.
 */
export function planArena(architecture: Architecture, use: ArenaUse, lanes: number): ArenaPlan {
  const { training, question } = use;
  const { D, tensors, shapes } = deriveLayout(architecture);
  const kept = shapes.filter(
    ({ type, index }) =>
      type !== "flatten" && (type !== "dropout" || training?.dropout === true) && index <= (question?.layer ?? index),
  );
  const [C, H, W] = architecture.input;
  const vectorBytes = lanes * 4;
  const backward = training !== undefined || question?.kind === "gradients" || question?.kind === "hessianVector";
  const tangents = question?.kind === "hessianVector";
  const inVectors = (bytes: number): number => Math.ceil(bytes / vectorBytes);
  let next = inVectors(4 * (PROGRAM_WORDS + kept.length * LAYER_WORDS));
  const take = (vectors: number): number => {
    const start = next;
    next += vectors;
    return start;
  };

  const takeIf = (wanted: boolean | undefined, vectors: number): number => (wanted === true ? take(vectors) : -1);

  const isTraining = training !== undefined;
  const doubles = inVectors(8 * lanes);
  const at: Partial<Record<ArenaField, number>> = {
    powers: takeIf(isTraining, inVectors(16)),
    affine: take(inVectors(8 * C)),
    weights: take(D),
    grads: takeIf(isTraining || question?.weights, D),
    firstMoment: takeIf(isTraining, D),
    secondMoment: takeIf(isTraining && training.optimizer !== "sgd", D),
    learningRate: takeIf(isTraining, doubles),
    loss: take(doubles),
    correct: take(1),
    weightDecay: takeIf(isTraining, 1),
    momentum: takeIf(isTraining, 1),
    keepFactor: takeIf(isTraining, 1),
    dropBelow: takeIf(isTraining, 1),
    dropScale: takeIf(isTraining, 1),
    key0: takeIf(isTraining, 1),
    key1: takeIf(isTraining, 1),
    direction: takeIf(tangents, D),
    directionGrads: takeIf(tangents, D),
  };
  const input = take(C * H * W);

  const words = new Int32Array(PROGRAM_WORDS + kept.length * LAYER_WORDS);
  const first = kept.findIndex(({ type }) => type === "conv2d" || type === "linear");
  const inputGradient = takeIf(question?.images, C * H * W);
  let last = { out: input, gradOut: inputGradient, tOut: -1, tGradOut: -1 };
  for (const [i, shape] of kept.entries()) {
    const spec = architecture.layers[shape.index];
    const geometry = geometryOf(shape, spec);
    const size = volume(shape.out);
    const padded = geometry.ci * (geometry.h + 2 * geometry.padding) * (geometry.wi + 2 * geometry.padding);
    const hasGradient = backward && (i >= first || inputGradient >= 0);
    const hasTangent = tangents && i >= first;
    const out = take(size);
    const gradOut = takeIf(hasGradient, size);
    const perOutput = spec.type === "maxpool2d" || spec.type === "dropout";
    const aux = takeIf(perOutput || geometry.padding > 0, perOutput ? size : padded);
    const paddedGrad = takeIf(geometry.padding > 0 && last.gradOut >= 0, padded);
    const tOut = takeIf(hasTangent, size);
    const tGradOut = takeIf(hasTangent, size);
    const tAux = takeIf(geometry.padding > 0 && last.tOut >= 0, padded);
    const own = tensors.filter(({ layer }) => layer === shape.index);
    words.set(
      [
        layerTypes[shape.type as keyof typeof layerTypes],
        geometry.ci,
        geometry.h,
        geometry.wi,
        geometry.co,
        geometry.ho,
        geometry.wo,
        geometry.k,
        geometry.stride,
        geometry.padding,
        own[0]?.offset ?? 0,
        own[1]?.offset ?? 0,
        last.out,
        out,
        last.gradOut,
        gradOut,
        aux,
        paddedGrad,
        kindOf(spec, shape.index, use.activation),
      ],
      PROGRAM_WORDS + i * LAYER_WORDS,
    );
    words.set([last.tOut, tOut, last.tGradOut, tGradOut, tAux], PROGRAM_WORDS + i * LAYER_WORDS + 26);
    last = { out, gradOut, tOut, tGradOut };
  }

  const capacity = question?.capacity ?? 0;
  const answer = question?.kind === "outputs" ? last.out : question?.images ? inputGradient : -1;
  const answerSize = question?.images ? C * H * W : volume(kept.at(-1)?.out ?? architecture.input);
  const pixelBytes = question?.floatImages ? 4 : 1;
  const asked = question !== undefined;
  at.images = takeIf(asked, inVectors((question?.perModel ? lanes : 1) * capacity * C * H * W * pixelBytes));
  at.labels = takeIf(asked, inVectors(4 * capacity));
  at.cotangents = takeIf(question?.cotangents, capacity * architecture.classes);
  at.answers = takeIf(answer >= 0, capacity * answerSize);
  // Evaluation puts its exponentials where the gradient of the logits would be.
  const logitsGrad = last.gradOut >= 0 ? last.gradOut : take(architecture.classes);
  const plan = Object.fromEntries(fields.map((field) => [field, at[field] ?? -1])) as Record<ArenaField, number>;
  if (next > MAX_VECTORS) {
    throw new RangeError(
      `${architecture.name} needs ${next} vectors of memory, at most ${MAX_VECTORS} can be addressed`,
    );
  }
  words.set([
    kept.length,
    training?.batchSize ?? 0,
    D,
    C,
    H * W,
    architecture.classes,
    training === undefined ? -1 : optimizers.indexOf(training.optimizer),
    training?.dropout ? 1 : 0,
    plan.weights,
    plan.grads,
    plan.firstMoment,
    plan.secondMoment,
    input,
    last.out,
    logitsGrad,
    plan.learningRate,
    plan.loss,
    plan.correct,
    plan.weightDecay,
    plan.momentum,
    plan.keepFactor,
    plan.dropBelow,
    plan.dropScale,
    plan.key0,
    plan.key1,
    plan.powers * vectorBytes,
    plan.affine * vectorBytes,
    PROGRAM_WORDS * 4,
    next,
    question === undefined ? -1 : questionKinds.indexOf(question.kind),
    question?.samples ?? 0,
    capacity,
    question?.perModel ? 1 : 0,
    question?.floatImages ? 1 : 0,
    plan.images,
    plan.labels,
    plan.cotangents,
    plan.answers,
    answer,
    answerSize,
    plan.direction,
    plan.directionGrads,
    last.tOut,
    last.tGradOut,
  ]);
  return { lanes, D, words, at: plan, answerSize, totalBytes: next * vectorBytes };
}

/** What native/program.h calls kind. */
function kindOf(spec: LayerSpec, index: number, activation: Activation): number {
  if (spec.type === "dropout") return index;
  return activations.indexOf((spec.type === "activation" ? spec.kind : undefined) ?? activation);
}

interface Geometry {
  ci: number;
  h: number;
  wi: number;
  co: number;
  ho: number;
  wo: number;
  k: number;
  stride: number;
  padding: number;
}

/** A linear layer is a 1x1 convolution of a 1x1 image. */
function geometryOf(shape: LayerShape, spec: LayerSpec): Geometry {
  const [ci, h = 1, wi = 1] = shape.in;
  const [co, ho = 1, wo = 1] = shape.out;
  const k = "kernel" in spec ? spec.kernel : 1;
  const stride = "kernel" in spec ? (spec.stride ?? (spec.type === "conv2d" ? 1 : k)) : 1;
  return { ci, h, wi, co, ho, wo, k, stride, padding: spec.type === "conv2d" ? (spec.padding ?? 0) : 0 };
}
