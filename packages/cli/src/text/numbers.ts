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

/** "8 s", "3 min 20 s", "2 h 5 min"; "unknown" unless finite. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "unknown";
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  const minutes = Math.round(s / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** "29 s left" when a fraction in [0, 1] of the work took so many seconds; "" while nothing is done. */
export const leftOfFraction = (fraction: number, seconds: number): string =>
  fraction > 0 ? `${duration((seconds * (1 - fraction)) / fraction)} left` : "";

/** "29 s left" for so much work at so much per second; "" while the rate is 0. */
export const leftAtRate = (work: number, rate: number): string => (rate > 0 ? `${duration(work / rate)} left` : "");
