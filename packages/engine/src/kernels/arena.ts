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

/** Where things lie in an arena; in vectors of `lanes` float32, except where a name ends in Bytes. Mirrors native/program.h. */
export interface ArenaPlan {
  lanes: number;
  D: number;
  totalBytes: number;
  /** Program and layers: the words at the start of the arena. */
  words: Int32Array;
  weights: number;
  /** Of the last batch, before weight decay. */
  grads: number;
  firstMoment: number;
  secondMoment: number;
  learningRate: number;
  loss: number;
  correct: number;
  weightDecay: number;
  momentum: number;
  keepFactor: number;
  dropBelow: number;
  dropScale: number;
  key0: number;
  key1: number;
  powersBytes: number;
  affineBytes: number;
}

const PROGRAM_WORDS = 32;
const LAYER_WORDS = 32;
const layerTypes = { conv2d: 0, linear: 0, maxpool2d: 1, avgpool2d: 2, activation: 3, dropout: 4 } as const;

const volume = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Lays out the memory of one group of `lanes` models. `dropout` false leaves out the dropout layers, which changes no bit. */
export function planArena(
  architecture: Architecture,
  kind: { activation: Activation; optimizer: OptimizerKind; batchSize: number; dropout: boolean },
  lanes: number,
): ArenaPlan {
  const { D, tensors, shapes } = deriveLayout(architecture);
  const kept = shapes.filter(({ type }) => type !== "flatten" && (type !== "dropout" || kind.dropout));
  const [C, H, W] = architecture.input;
  const vectorBytes = lanes * 4;
  const inVectors = (bytes: number): number => Math.ceil(bytes / vectorBytes);
  let next = inVectors(4 * (PROGRAM_WORDS + kept.length * LAYER_WORDS));
  const take = (vectors: number): number => {
    const at = next;
    next += vectors;
    return at;
  };

  const powers = take(inVectors(16));
  const affine = take(inVectors(8 * C));
  const doubles = inVectors(8 * lanes);
  const plan = {
    lanes,
    D,
    weights: take(D),
    grads: take(D),
    firstMoment: take(D),
    secondMoment: kind.optimizer === "sgd" ? 0 : take(D),
    learningRate: take(doubles),
    loss: take(doubles),
    correct: take(1),
    weightDecay: take(1),
    momentum: take(1),
    keepFactor: take(1),
    dropBelow: take(1),
    dropScale: take(1),
    key0: take(1),
    key1: take(1),
    powersBytes: powers * vectorBytes,
    affineBytes: affine * vectorBytes,
  };
  const input = take(C * H * W);

  const words = new Int32Array(PROGRAM_WORDS + kept.length * LAYER_WORDS);
  let buffer = input;
  let gradient = -1;
  let needsGradient = false;
  for (const [i, shape] of kept.entries()) {
    const spec = architecture.layers[shape.index];
    const out = take(volume(shape.out));
    const geometry = geometryOf(shape, spec);
    const hasWeights = spec.type === "conv2d" || spec.type === "linear";
    const gradOut = needsGradient || hasWeights ? take(volume(shape.out)) : -1;
    const padded = geometry.ci * (geometry.h + 2 * geometry.padding) * (geometry.wi + 2 * geometry.padding);
    const aux =
      spec.type === "maxpool2d" || spec.type === "dropout"
        ? take(volume(shape.out))
        : geometry.padding
          ? take(padded)
          : 0;
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
        buffer,
        out,
        needsGradient ? gradient : -1,
        gradOut,
        aux,
        geometry.padding && needsGradient ? take(padded) : 0,
        spec.type === "dropout" ? shape.index : activations.indexOf(kind.activation),
      ],
      PROGRAM_WORDS + i * LAYER_WORDS,
    );
    buffer = out;
    gradient = gradOut;
    needsGradient ||= hasWeights;
  }
  words.set([
    kept.length,
    kind.batchSize,
    D,
    C,
    H * W,
    architecture.classes,
    optimizers.indexOf(kind.optimizer),
    kind.dropout ? 1 : 0,
    plan.weights,
    plan.grads,
    plan.firstMoment,
    plan.secondMoment,
    input,
    buffer,
    gradient,
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
    plan.powersBytes,
    plan.affineBytes,
    PROGRAM_WORDS * 4,
  ]);
  return { ...plan, words, totalBytes: next * vectorBytes };
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
