/** Numbers as people read them. */

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

export const count = (n: number): string => grouped.format(n);

/** "1 model", "12 models". */
export const plural = (n: number, noun: string): string => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;

export const percent = (fraction: number): string =>
  Number.isNaN(fraction) ? "n/a" : `${(100 * fraction).toFixed(1)} %`;

/** Decimal units, as disks are sold: "1.4 GB". */
export function bytes(n: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  while (n >= 999.5 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  return `${n < 9.95 && unit > 0 ? n.toFixed(1) : n.toFixed(0)} ${units[unit]}`;
}

/** "8 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown";
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  return `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`;
}

/** Rows as aligned columns, two spaces apart; columns named in `right` are aligned to the right. */
export function table(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  return rows
    .map((row) => {
      const cells = row.map((cell, i) => (right.includes(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])));
      return `${cells.join("  ").trimEnd()}\n`;
    })
    .join("");
}
