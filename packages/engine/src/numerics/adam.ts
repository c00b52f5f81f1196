/** Adam's beta1^t and beta2^t by repeated multiplication, as the kernels go on from them. */
export function betaPowers(steps: number): [beta1: number, beta2: number] {
  let [beta1, beta2] = [1, 1];
  for (let t = 0; t < steps; t++) {
    beta1 *= 0.9;
    beta2 *= 0.999;
  }
  return [beta1, beta2];
}
