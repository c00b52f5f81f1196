/** Neighbours on a map that its sentences are about. */
export const MAP_NEIGHBOURS = 10;

/** The nearest others of each point [n, 2] on a map, k each (fewer where there are fewer points): [n, k], nearest first. */
export function mapNeighbours(points: Float32Array, k = MAP_NEIGHBOURS): { neighbours: Int32Array; k: number } {
  const n = points.length / 2;
  const found = Math.max(0, Math.min(k, n - 1));
  const neighbours = new Int32Array(n * found);
  const distances = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      distances[j] = (points[2 * i] - points[2 * j]) ** 2 + (points[2 * i + 1] - points[2 * j + 1]) ** 2;
    }
    const others = Array.from(distances.keys()).filter((j) => j !== i);
    others.sort((a, b) => distances[a] - distances[b] || a - b);
    neighbours.set(others.slice(0, found), i * found);
  }
  return { neighbours, k: found };
}

/** Mean of `of(i, j)` over neighbours on the map, and over all pairs of models. NaN pairs are left out; NaN without any. */
export function nearAndAll(
  { neighbours, k }: { neighbours: Int32Array; k: number },
  n: number,
  of: (i: number, j: number) => number,
  only: (i: number) => boolean = () => true,
): { near: number; all: number } {
  const near = new Mean();
  const all = new Mean();
  for (let i = 0; i < n; i++) {
    if (!only(i)) continue;
    for (let r = 0; r < k; r++) near.add(of(i, neighbours[i * k + r]));
    for (let j = 0; j < n; j++) if (j !== i) all.add(of(i, j));
  }
  return { near: near.value, all: all.value };
}

class Mean {
  #sum = 0;
  #count = 0;

  add(value: number): void {
    if (Number.isNaN(value)) return;
    this.#sum += value;
    this.#count++;
  }

  get value(): number {
    return this.#sum / this.#count;
  }
}
