import { type ChartOptions, chart, type LegendItem } from "./chart.ts";
import { escapeHtml } from "./prose.ts";

/** One of some charts that share a legend. */
export interface Panel {
  title: string;
  chart: Omit<ChartOptions, "width" | "height" | "legend">;
}

export interface PanelOptions {
  width: number;
  columns: number;
  /** Of each, its title apart. */
  height: number;
  legend?: readonly LegendItem[];
}

const TITLE = 20;
const GAP = 8;

/** Small multiples: charts in rows under one legend, each with its title and its own scales. */
export function panels(all: readonly Panel[], { width, columns, height, legend = [] }: PanelOptions): string {
  const across = Math.max(1, Math.min(columns, all.length));
  const each = Math.floor((width - GAP * (across - 1)) / across);
  const head = legend.length === 0 ? "" : chart({ width, height: 1, marks: [], legend });
  const above = heightOf(head);
  const drawn = all.map(({ title, chart: options }, i) => {
    const [x, y] = [(i % across) * (each + GAP), above + Math.floor(i / across) * (height + TITLE + GAP)];
    const inner = innerOf(chart({ ...options, width: each, height }));
    const name = `<text x="4" y="13" text-anchor="start" font-weight="700">${escapeHtml(title)}</text>`;
    return `<g transform="translate(${x},${y})">${name}<g transform="translate(0,${TITLE})">${inner}</g></g>`;
  });
  const total = above + Math.ceil(all.length / across) * (height + TITLE + GAP);
  const frame = chart({ width, height: total, marks: [] });
  return `${frame.slice(0, frame.indexOf(">") + 1)}${innerOf(head)}${drawn.join("")}</svg>`;
}

const innerOf = (svg: string): string => svg.slice(svg.indexOf(">") + 1, svg.lastIndexOf("</svg>"));

const heightOf = (svg: string): number => Number(/^<svg [^>]*\bheight="([\d.]+)"/.exec(svg)?.[1] ?? 0);
