import type { Architecture, LayerSpec } from "./architecture.ts";

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

function define(name: string, input: Architecture["input"], layers: LayerSpec[], classes = 10): Architecture {
  return { name, input, classes, layers: layers.map((layer) => ({ ...layer })) };
}

const convolution = (out: number, kernel: number, stride: number, padding: number): LayerSpec[] => [
  { type: "conv2d", out, kernel, stride, padding, bias: false },
  { type: "batchnorm2d" },
];

/** Two 3x3 convolutions beside the identity, or beside a strided 1x1 convolution where the shape changes. */
function basicBlock(Ci: number, Co: number, stride: number): LayerSpec[] {
  const body = [...convolution(Co, 3, stride, 1), act, ...convolution(Co, 3, 1, 1)];
  return [{ type: "residual", body, shortcut: Ci === Co ? [] : convolution(Co, 1, stride, 0) }, act];
}

/**
 * ResNet-18 (He et al. 2016) for small images: a 3x3 stem without pooling, two basic blocks each of 64, 128, 256, 512
 * channels, each of the last three pairs halving height and width, and global average pooling. input: square, a multiple of 8.
 */
export function resnet18(name: string, classes: number, input: Architecture["input"]): Architecture {
  const [, H, W] = input;
  if (H !== W || H % 8 !== 0) throw new RangeError(`resnet18: ${H} x ${W} images must be square and a multiple of 8`);
  const stages = [64, 128, 256, 512].flatMap((out, s) => {
    const Ci = s === 0 ? out : out / 2;
    return [...basicBlock(Ci, out, s === 0 ? 1 : 2), ...basicBlock(out, out, 1)];
  });
  const end: LayerSpec[] = [{ type: "avgpool2d", kernel: H / 8 }, flatten, linear(classes)];
  return define(name, input, [...convolution(64, 3, 1, 1), act, ...stages, ...end], classes);
}

/**
 * The architectures of the published zoos (Schürholt et al. 2022: CNN-s with 2464 and 2864 weights, CNN-l with 10853,
 * their ResNet-18 on CIFAR-10, CIFAR-100 and Tiny ImageNet), the strided CNN of Unterthiner et al. 2020 (4970 weights with
 * one channel), and a small MLP.
 */
export const architectures = {
  "cnn-s-1ch": define("cnn-s-1ch", [1, 28, 28], [...cnnS, ...head]),
  "cnn-s-3ch": define("cnn-s-3ch", [3, 28, 28], [...cnnS, ...head]),
  "cnn-l": define("cnn-l", [3, 32, 32], [...cnnL, ...head]),
  "strided-cnn-1ch": define("strided-cnn-1ch", [1, 28, 28], [...strided, ...globalHead]),
  "strided-cnn-3ch": define("strided-cnn-3ch", [3, 28, 28], [...strided, ...globalHead]),
  "resnet-18-10": resnet18("resnet-18-10", 10, [3, 32, 32]),
  "resnet-18-100": resnet18("resnet-18-100", 100, [3, 32, 32]),
  "resnet-18-200": resnet18("resnet-18-200", 200, [3, 64, 64]),
  mlp: define("mlp", [1, 28, 28], [flatten, linear(64), act, drop, linear(32), act, drop, linear(10)]),
} as const satisfies Record<string, Architecture>;

export type ArchitectureName = keyof typeof architectures;
