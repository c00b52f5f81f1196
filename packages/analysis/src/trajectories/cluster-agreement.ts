/**
 * Purity of a clustering: the share of items that are of the commonest class of their cluster. 1 also where each item is a
 * cluster of its own, so it says little without the number of clusters. NaN of no items.
 */
export function purity(clusters: ArrayLike<number>, classes: ArrayLike<number>): number {
  const { table, n } = contingency(clusters, classes);
  let hits = 0;
  for (const row of table.values()) hits += Math.max(...row.values());
  return hits / n;
}

/**
 * Adjusted Rand index (Hubert and Arabie 1985) of two partitions: 1 where they are the same, 0 expected of random ones, may be
 * negative. 1 where both are trivial in the same way (one cluster, or single items), as scikit-learn has it. NaN of no items.
 */
export function adjustedRandIndex(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const { table, n, columns } = contingency(a, b);
  if (n === 0) return Number.NaN;
  const choose = (k: number): number => (k * (k - 1)) / 2;
  let [both, inA, inB] = [0, 0, 0];
  for (const row of table.values()) {
    let size = 0;
    for (const count of row.values()) {
      both += choose(count);
      size += count;
    }
    inA += choose(size);
  }
  for (const count of columns.values()) inB += choose(count);
  const expected = n < 2 ? 0 : (inA * inB) / choose(n);
  const most = (inA + inB) / 2;
  return most === expected ? 1 : (both - expected) / (most - expected);
}

function contingency(a: ArrayLike<number>, b: ArrayLike<number>) {
  if (a.length !== b.length) throw new RangeError(`${a.length} labels cannot be compared with ${b.length}`);
  const table = new Map<number, Map<number, number>>();
  const columns = new Map<number, number>();
  for (let i = 0; i < a.length; i++) {
    const row = table.get(a[i]) ?? new Map<number, number>();
    row.set(b[i], (row.get(b[i]) ?? 0) + 1);
    table.set(a[i], row);
    columns.set(b[i], (columns.get(b[i]) ?? 0) + 1);
  }
  return { table, columns, n: a.length };
}
