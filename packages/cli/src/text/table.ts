import { printable } from "@zoo/format";

/**
 * Rows as aligned columns, two spaces apart; the columns whose indices are in `right` are aligned to the right. Cells may
 * be foreign text: they are made printable.
 */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const cells = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  }
  return cells
    .map((row) => {
      const padded = row.map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])));
      return `${padded.join("  ").trimEnd()}\n`;
    })
    .join("");
}
