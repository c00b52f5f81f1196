/** A part of a result [rows, columns]; in a symmetric one those left of the diagonal are not needed. */
export interface Tile {
  row: number;
  column: number;
  rows: number;
  columns: number;
}

export function tilesOf(rows: number, columns: number, edge: number, symmetric: boolean): Tile[] {
  const tiles: Tile[] = [];
  for (let row = 0; row < rows; row += edge) {
    for (let column = symmetric ? row : 0; column < columns; column += edge) {
      tiles.push({ row, column, rows: Math.min(edge, rows - row), columns: Math.min(edge, columns - column) });
    }
  }
  return tiles;
}

/** Values of a mirrored tile that are read and written together. */
const CORNER = 32;

/** Puts a tile's values [rows, columns] into out [*, width]; where that is symmetric, what is right of the diagonal to the left too. */
export function placeTile<A extends Int32Array | Float64Array>(
  out: A,
  width: number,
  values: A,
  { row, column, rows, columns }: Tile,
  symmetric: boolean,
): void {
  for (let i = 0; i < rows; i++) {
    const from = symmetric ? Math.max(0, row + i - column) : 0;
    const to = (row + i) * width + column;
    out.set(values.subarray(i * columns + from, (i + 1) * columns), to + from);
  }
  if (!symmetric) return;
  for (let top = 0; top < rows; top += CORNER) {
    for (let left = 0; left < columns; left += CORNER) {
      for (let j = left; j < Math.min(columns, left + CORNER); j++) {
        const to = (column + j) * width + row;
        const end = Math.min(rows, top + CORNER, column + j - row);
        for (let i = top; i < end; i++) out[to + i] = values[i * columns + j];
      }
    }
  }
}
