/** The generator of fixtures/make_maps.py (Numerical Recipes), so that both make the same matrices. */
export class Lcg {
  #state: number;

  constructor(state: number) {
    this.#state = state;
  }

  draw(): number {
    this.#state = (Math.imul(1664525, this.#state) + 1013904223) >>> 0;
    return this.#state / 2 ** 32 - 0.5;
  }

  matrix(rows: number, columns: number): Float64Array {
    return Float64Array.from({ length: rows * columns }, () => this.draw());
  }
}

/** [rows, columns]: `factors` directions of falling strength, noise, and a mean of a quarter. */
export function latent(rows: number, columns: number, factors: number, decay: number, noise: number): Float32Array {
  const random = new Lcg(1);
  const scores = random.matrix(rows, factors);
  const loadings = random.matrix(factors, columns);
  const rest = random.matrix(rows, columns);
  return Float32Array.from({ length: rows * columns }, (_, at) => {
    const [i, d] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let f = 0; f < factors; f++) sum += scores[i * factors + f] * decay ** f * loadings[f * columns + d];
    return sum + noise * rest[at] + 0.25;
  });
}

/** The matrix of most goldens: [400, 120]. */
export const latentShape = { N: 400, D: 120 };
export function goldenLatent(): Float32Array {
  return latent(400, 120, 20, 0.8, 0.05);
}

export function worstRelative(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) worst = Math.max(worst, Math.abs(got[i] - wanted[i]) / Math.abs(wanted[i]));
  return worst;
}

export function worstDifference(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) worst = Math.max(worst, Math.abs(got[i] - wanted[i]));
  return worst;
}
