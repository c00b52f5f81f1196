/** Of adam and adamw, as PyTorch's defaults; native/optimizer.h repeats them. */
export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** Adam's beta1^t and beta2^t by repeated multiplication, as the kernels go on from them. */
export function betaPowers(steps: number): [beta1: number, beta2: number] {
  let [beta1, beta2] = [1, 1];
  for (let t = 0; t < steps; t++) {
    const before = [beta1, beta2];
    beta1 *= ADAM.beta1;
    beta2 *= ADAM.beta2;
    if (beta1 === before[0] && beta2 === before[1]) break; // the smallest numbers round to themselves
  }
  return [beta1, beta2];
}
