import { referenceEngine } from "@zoo/engine";
import { executorInThread } from "@zoo/engine/node";
import { ZooError } from "@zoo/format";
import type { Analysis } from "../../src/node/analysis.ts";
import { probeImages } from "../../src/population/image-probe.ts";
import { select } from "../../src/population/selection.ts";
import type { Figure, Section } from "../../src/report/figure.ts";
import { NARROW, WIDE } from "../../src/report/figure.ts";
import type { ReportContext, ReportZoo } from "../../src/report/report-context.ts";
import { type SmallZoo, smallImages, smallZoo } from "./small-zoo.ts";

/** What a section is made of, of small zoos on the reference engine; `images` false: they are nowhere. */
export async function reportContext(zoos: readonly (SmallZoo & { images?: boolean })[]): Promise<ReportContext> {
  const signal = new AbortController().signal;
  const executor = executorInThread(referenceEngine);
  const made = zoos.map(async ({ images = true, ...parts }, i): Promise<ReportZoo> => {
    const zoo = await smallZoo(parts);
    const analysis: Analysis = {
      path: `folder-${i}`,
      zoo,
      selection: await select(zoo),
      seed: 1,
      signal,
      progress: () => {},
      images: async (split, count) => {
        if (images) return probeImages(smallImages(), split, count);
        throw new ZooError("data-not-found", "no images here", { dataset: "mnist-10k", looked: [] });
      },
      executor: async () => executor,
      pieces: async () => {
        throw new Error("no section keeps pieces");
      },
    };
    const key = zoos.length === 1 ? "" : "ab"[i];
    return { key, name: `zoo-${i}`, folder: `folder-${i}`, analysis };
  });
  return { zoos: await Promise.all(made), signal };
}

/** The figure with this id. */
export function figureOf(section: Section | null, id: string): Figure {
  const figure = section?.figures.find((one) => one.id === id);
  if (figure === undefined) throw new Error(`no figure ${id}`);
  return figure;
}

/** A column of a figure's table. */
export const columnOf = ({ table }: Figure, name: string): unknown[] => {
  const at = table.columns.findIndex((column) => column.name === name);
  return table.rows.map((row) => row[at]);
};

/** Every figure drawn for both widths: all that is wrong with any of them. */
export function faultsOf(section: Section): string[] {
  return section.figures.flatMap((figure) =>
    [WIDE, NARROW].flatMap((width) => {
      const svg = figure.draw(width);
      const texts = [figure.title, figure.says, figure.howToRead, figure.command, svg];
      return [
        ...(texts.some((text) => /NaN|undefined|Infinity|\[object/.test(text))
          ? [`${figure.id}: ${width} has an undefined value`]
          : []),
        ...(svg.startsWith("<svg ") && svg.endsWith("</svg>") ? [] : [`${figure.id}: no drawing`]),
        ...(figure.table.rows.every((row) => row.length === figure.table.columns.length)
          ? []
          : [`${figure.id}: table`]),
      ];
    }),
  );
}
