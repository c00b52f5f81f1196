import type * as tfjs from "@tensorflow/tfjs";

/** TensorFlow.js with a backend that is ready. */
export type Tf = typeof tfjs;
export type Tensor = tfjs.Tensor;
/** Rows of numbers. */
export type Tensor2 = tfjs.Tensor2D;
/** Parameters by name, in a fixed order. */
export type Tensors = Map<string, Tensor>;
