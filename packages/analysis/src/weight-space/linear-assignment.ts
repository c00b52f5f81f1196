const NOT_FINITE = "linear assignment: every cost must be a finite number";

/**
 * Assignments of least total cost (Jonker and Volgenant 1987, as shortest augmenting paths after a greedy start; Crouse 2016
 * describes what SciPy has). Keeps its scratch memory, since alignments solve millions of problems of 4 to 20 units. O(n^3) at
 * worst.
 */
export class LinearAssignment {
  readonly #rowPrice: Float64Array;
  readonly #columnPrice: Float64Array;
  readonly #length: Float64Array;
  readonly #rowOf: Int32Array;
  readonly #before: Int32Array;
  readonly #open: Int32Array;

  /** largest: the most rows that a problem will have. */
  constructor(largest: number) {
    this.#rowPrice = new Float64Array(largest);
    this.#columnPrice = new Float64Array(largest);
    this.#length = new Float64Array(largest);
    this.#rowOf = new Int32Array(largest);
    this.#before = new Int32Array(largest);
    this.#open = new Int32Array(largest);
  }

  /**
   * cost [n, n], of which every element is finite; columns: [n] or longer, gets the column of each row. Among equal totals which
   * one is found is fixed, but not specified. Throws RangeError where a row or column has no finite cost.
   */
  solve(cost: Float64Array, n: number, columns: Int32Array): void {
    this.#startGreedily(cost, n, columns);
    for (let row = 0; row < n; row++) {
      if (columns[row] === -1) this.#augment(cost, n, row, columns);
    }
  }

  /** Prices under which no reduced cost is negative, and rows assigned where it is zero and the column free. */
  #startGreedily(cost: Float64Array, n: number, columns: Int32Array): void {
    const [rowPrice, columnPrice, rowOf] = [this.#rowPrice, this.#columnPrice, this.#rowOf];
    columnPrice.fill(Number.POSITIVE_INFINITY, 0, n);
    for (let row = 0; row < n; row++) {
      for (let column = 0; column < n; column++) {
        const c = cost[row * n + column];
        if (c < columnPrice[column]) columnPrice[column] = c;
      }
    }
    rowOf.fill(-1, 0, n);
    for (let row = 0; row < n; row++) {
      let least = Number.POSITIVE_INFINITY;
      let at = -1;
      for (let column = 0; column < n; column++) {
        const reduced = cost[row * n + column] - columnPrice[column];
        if (reduced < least || (reduced === least && rowOf[at] !== -1 && rowOf[column] === -1)) {
          least = reduced;
          at = column;
        }
      }
      if (!Number.isFinite(least)) throw new RangeError(NOT_FINITE);
      rowPrice[row] = least;
      columns[row] = at !== -1 && rowOf[at] === -1 ? at : -1;
      if (columns[row] !== -1) rowOf[at] = row;
    }
  }

  /** Assigns one more row, along the cheapest path of changes that ends at a free column. */
  #augment(cost: Float64Array, n: number, free: number, columns: Int32Array): void {
    const [rowPrice, columnPrice, length] = [this.#rowPrice, this.#columnPrice, this.#length];
    const [rowOf, before, open] = [this.#rowOf, this.#before, this.#open];
    for (let column = 0; column < n; column++) open[column] = column;
    length.fill(Number.POSITIVE_INFINITY, 0, n);
    let [row, shortest, left] = [free, 0, n];
    let column: number;
    for (;;) {
      let least = Number.POSITIVE_INFINITY;
      let place = -1;
      const reach = shortest - rowPrice[row];
      for (let k = 0; k < left; k++) {
        const to = open[k];
        const through = reach + cost[row * n + to] - columnPrice[to];
        if (through < length[to]) {
          length[to] = through;
          before[to] = row;
        }
        if (length[to] < least || (length[to] === least && rowOf[to] === -1)) {
          least = length[to];
          place = k;
        }
      }
      if (!Number.isFinite(least)) throw new RangeError(NOT_FINITE);
      shortest = least;
      column = open[place];
      open[place] = open[--left];
      open[left] = column;
      if (rowOf[column] === -1) break;
      row = rowOf[column];
    }
    rowPrice[free] += shortest;
    for (let k = left; k < n; k++) {
      const visited = open[k];
      if (visited === column) continue;
      rowPrice[rowOf[visited]] += shortest - length[visited];
      columnPrice[visited] -= shortest - length[visited];
    }
    for (;;) {
      const from = before[column];
      const next = columns[from];
      rowOf[column] = from;
      columns[from] = column;
      if (from === free) return;
      column = next;
    }
  }
}
