import { lastAccuracy } from "../../population/last-accuracy.ts";
import type { Figure } from "../figure.ts";
import { drawScatter, type ModelColors, type ModelScatter, relationText, scatterTable } from "../model-scatter.ts";
import { spanOf } from "../number-scale.ts";
import { idFor, type ReportZoo, titleFor } from "../report-context.ts";
import { tableName } from "./accuracy-tables.ts";

/** A number of every model of a zoo. */
export interface ModelNumbers {
  from: ReportZoo;
  /** [M] */
  x: Float64Array;
  colors: ModelColors;
}

/** A number against test accuracy at the last epoch, zoos side by side on common scales. linear: never a logarithmic one. */
export async function accuracyScatters(
  all: readonly ModelNumbers[],
  { linear = false, ...named }: { label: string; column: string; linear?: boolean },
): Promise<ModelScatter[]> {
  const found = await Promise.all(
    all.map(async (one) => {
      const { selection } = one.from.analysis;
      const [, acc] = await lastAccuracy(selection);
      return { ...one, acc, epoch: selection.epochs[selection.epochs.length - 1] };
    }),
  );
  const span = spanOf(
    found.flatMap(({ x }) => [...x]),
    { linear },
  );
  const accSpan = spanOf(
    found.flatMap(({ acc }) => [...acc]),
    { linear: true },
  );
  return found.map((one) => ({ ...one, ...named, span, accSpan }));
}

/** what: the number in a title, "Norm". command: of `zoo-analysis`. */
export function accuracyScatterFigure(
  scatter: ModelScatter,
  { what, command, howToRead }: { what: string; command: string; howToRead: string },
): Figure {
  const { from, epoch } = scatter;
  const name = `${what.toLowerCase()}-and-accuracy`;
  const id = idFor(from, name);
  return {
    id,
    row: name,
    title: titleFor(from, `${what} and test accuracy`),
    says: `At epoch ${epoch} ${relationText(scatter)}.`,
    howToRead,
    command: `zoo-analysis ${command} ${from.folder}`,
    table: scatterTable(scatter, tableName(id), `${what} and test accuracy at epoch ${epoch}.`),
    draw: (width) => drawScatter(scatter, width),
  };
}
