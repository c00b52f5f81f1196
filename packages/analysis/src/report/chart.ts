import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { cleanSvg } from "./clean-svg.ts";
import { NARROW } from "./figure.ts";
import { sequence } from "./palette.ts";

/** What a colour means. */
export type LegendItem = { label: string; color: string; mark: "line" | "dot" | "band" | "dash" } | Ramp;

/** A scale of `sequence` colours. */
export interface Ramp {
  label: string;
  from: string;
  to: string;
  mark: "ramp";
}

export interface ChartOptions extends Plot.PlotOptions {
  width: number;
  height: number;
  legend?: readonly LegendItem[];
}

const FONT = 12;
/** A character of a sans serif font is about this wide, in ems; there is no one to ask. */
const CHARACTER = 0.56;
const LINE = 20;
const SWATCH = 22;
const RAMP = 96;

/**
 * Draws with Observable Plot, without a browser. Text cannot be measured here, so margins are given where the usual ones
 * do not fit. Colours are `category` and `sequence`: as constants, or by channels, which are taken as they are.
 */
export function chart({ legend = [], ...options }: ChartOptions): string {
  const { document } = parseHTML("<!doctype html><html><body></body></html>");
  const { width, height, marginTop = 26, marginBottom = 40, marginLeft = 48, marginRight = 20 } = options;
  const drawing = Plot.plot({
    ...options,
    document,
    className: "plot",
    color: { type: "identity", ...options.color },
    x: { labelArrow: "none", ...options.x },
    y: { labelArrow: "none", ...options.y },
    marginTop,
    marginBottom,
    marginLeft,
    marginRight,
    style: { background: "none", fontSize: `${FONT}px` },
  }) as unknown as { innerHTML: string };
  const rows = legendRows(legend, width);
  const above = rows.length === 0 ? 0 : rows.length * LINE + 4;
  const frame = `viewBox="0 0 ${width} ${height + above}" width="${width}" height="${height + above}"`;
  const text = `font-size="${FONT}" font-family="system-ui, sans-serif" text-anchor="middle" fill="currentColor"`;
  const inner = cleanSvg(drawing.innerHTML);
  const shifted = above === 0 ? inner : `${drawLegend(rows)}<g transform="translate(0,${above})">${inner}</g>`;
  return `<svg ${frame} ${text}>${shifted}</svg>`;
}

/** From the least to the greatest number, a little apart where they are equal: a scale needs room. [0, 1] of none. */
export function extent(values: Iterable<number>): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  const room = low === high ? Math.max(Math.abs(low) / 10, 0.01) : 0;
  return [low - room, high + room];
}

/** Per cent of fractions: for the domain of a scale with `percent`, which Plot takes as it is. */
export const percents = ([low, high]: readonly [number, number]): [number, number] => [100 * low, 100 * high];

/** Whether a drawing is for a phone or a narrow column. */
export const isNarrow = (width: number): boolean => width <= NARROW;

interface Placed {
  item: LegendItem;
  x: number;
}

function legendRows(items: readonly LegendItem[], width: number): Placed[][] {
  const rows: Placed[][] = [];
  let x = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const size = legendWidth(item);
    if (x + size > width - 8) {
      rows.push([]);
      x = 4;
    }
    rows[rows.length - 1].push({ item, x });
    x += size + 16;
  }
  return rows;
}

const textWidth = (text: string): number => Math.ceil(text.length * CHARACTER * FONT);

function legendWidth(item: LegendItem): number {
  if (item.mark !== "ramp") return SWATCH + textWidth(item.label);
  return textWidth(item.label) + textWidth(item.from) + RAMP + textWidth(item.to) + 24;
}

function drawLegend(rows: readonly Placed[][]): string {
  const parts = rows.flatMap((row, r) => row.map(({ item, x }) => drawItem(item, x, r * LINE + 12)));
  return parts.length === 0 ? "" : `<g class="legend" font-size="${FONT}" text-anchor="start">${parts.join("")}</g>`;
}

function drawItem(item: LegendItem, x: number, y: number): string {
  const text = (at: number, label: string): string => `<text x="${at}" y="${y + 4}">${escape(label)}</text>`;
  switch (item.mark) {
    case "ramp": {
      const from = x + textWidth(item.label) + 10;
      const ramp = from + textWidth(item.from) + 6;
      const size = RAMP / 12;
      const steps = Array.from(
        { length: 12 },
        (_, i) => `<rect x="${ramp + i * size}" y="${y - 5}" width="${size}" height="10" fill="${sequence(i / 11)}"/>`,
      );
      return `${text(x, item.label)}${text(from, item.from)}${steps.join("")}${text(ramp + RAMP + 6, item.to)}`;
    }
    case "dot":
      return `<circle cx="${x + 8}" cy="${y}" r="4.5" fill="${item.color}"/>${text(x + SWATCH, item.label)}`;
    case "band":
      return `<rect x="${x}" y="${y - 5}" width="16" height="10" fill="${item.color}" fill-opacity="0.3"/>${text(x + SWATCH, item.label)}`;
    default: {
      const dash = item.mark === "dash" ? ' stroke-dasharray="4 3"' : "";
      return `<path d="M${x},${y}h16" stroke="${item.color}" stroke-width="2.5"${dash}/>${text(x + SWATCH, item.label)}`;
    }
  }
}

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
