import type * as Plot from "@observablehq/plot";

/** Points of one colour; one element of the drawing, however many they are. */
export interface Cloud {
  color: string;
  /** Said on hover. */
  title: string;
  points: readonly (readonly [x: number, y: number])[];
}

const SVG = "http://www.w3.org/2000/svg";
const tenth = (value: number): number => Math.round(10 * value) / 10;

/** Clouds as a mark: each a path of dots of this diameter. Scales need explicit domains: a cloud gives them none. */
export const cloudMark =
  (clouds: readonly Cloud[], diameter: number): Plot.RenderFunction =>
  (_index, scales, _values, _dimensions, { document }) =>
    groupOf(
      document,
      clouds.map(({ color, title, points }) => {
        const at = points.map(([x, y]) => `M${tenth(scales.x?.(x) as number)},${tenth(scales.y?.(y) as number)}h0`);
        return pathOf(document, at.join(""), color, title, diameter, 0.85);
      }),
    );

/** Line segments of one colour. */
export interface Strokes {
  color: string;
  title: string;
  segments: readonly (readonly [x1: number, y1: number, x2: number, y2: number])[];
}

/** Segments as a mark, one element for each colour. */
export const strokesMark =
  (all: readonly Strokes[], width: number): Plot.RenderFunction =>
  (_index, scales, _values, _dimensions, { document }) =>
    groupOf(
      document,
      all.map(({ color, title, segments }) => {
        const place = (x: number, y: number): string =>
          `${tenth(scales.x?.(x) as number)},${tenth(scales.y?.(y) as number)}`;
        const at = segments.map(([x1, y1, x2, y2]) => `M${place(x1, y1)}L${place(x2, y2)}`);
        return pathOf(document, at.join(""), color, title, width, 0.8);
      }),
    );

/** What is used of a DOM: this package is not built with its types. */
interface Drawn {
  setAttribute(name: string, value: string): void;
  append(child: Drawn): void;
  textContent: string | null;
}
type Maker = Parameters<Plot.RenderFunction>[4]["document"];
type Rendered = ReturnType<Plot.RenderFunction>;

const made = (document: Maker, name: string): Drawn => document.createElementNS(SVG, name) as unknown as Drawn;

function groupOf(document: Maker, paths: readonly Drawn[]): Rendered {
  const group = made(document, "g");
  for (const path of paths) group.append(path);
  return group as unknown as Rendered;
}

function pathOf(document: Maker, d: string, color: string, text: string, width: number, opacity: number): Drawn {
  const path = made(document, "path");
  const attributes = { fill: "none", stroke: color, "stroke-width": width, "stroke-linecap": "round", d };
  for (const [name, value] of Object.entries(attributes)) path.setAttribute(name, String(value));
  path.setAttribute("stroke-opacity", String(opacity));
  const title = made(document, "title");
  title.textContent = text;
  path.append(title);
  return path;
}
