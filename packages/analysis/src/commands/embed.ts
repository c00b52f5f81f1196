import { oneOf, wholeNumber } from "@zoo/cli";
import type { AnalysisCommand } from "../cli/analysis-command.ts";
import { populationDimensions, trajectoryDimensions } from "../dimension/population-dimension.ts";
import { embedStates, POINTS, SCORES } from "../maps/embedding.ts";
import { embeddingArrays } from "../maps/embedding-arrays.ts";
import { embeddingDefinitions } from "../maps/embedding-definitions.ts";
import {
  dimensionTable,
  mapsTable,
  participationTable,
  spectrumTable,
  statesTable,
  varianceTable,
} from "../maps/embedding-tables.ts";
import { type UmapPresetName, umapPresets } from "../maps/umap-presets.ts";
import type { Analysis } from "../node/analysis.ts";
import type { Selection } from "../population/selection.ts";

interface EmbedOptions {
  epochs?: string;
  components: number;
  standardise?: boolean;
  preset: UmapPresetName | "none";
  start: "pca" | "random";
  points: number;
  neighbours?: number;
}

const presets = [...(Object.keys(umapPresets) as UmapPresetName[]), "none"] as const;
const starts = ["pca", "random"] as const;

/** Principal components, dimension and maps of the states of a zoo. */
export const embed: AnalysisCommand<EmbedOptions> = {
  name: "embed",
  description: "principal components, dimension and maps of the states",
  options: (command) =>
    command
      .option("--components <n>", "principal components", wholeNumber("--components", 1, 1000), SCORES)
      .option("--standardise", "divide every weight by its standard deviation first")
      .option("--preset <name>", `of UMAP: ${presets.join(", ")}`, oneOf("--preset", presets), "baseline")
      .option("--start <name>", "where points of UMAP start: pca, random", oneOf("--start", starts), "pca")
      .option("--neighbours <n>", "of UMAP, instead of the preset's", wholeNumber("--neighbours", 2, 1000))
      .option("--points <n>", "most states on a map", wholeNumber("--points", 4, 20_000), POINTS),
  run: async (analysis, options) => {
    const { seed, signal } = analysis;
    const { dense } = await analysis.executor();
    const selection = epochsWanted(analysis, options);
    const made = { seed, signal, progress: (what: string, share: number) => analysis.progress(what, share) };
    const { components: k, points, start, standardise = false } = options;
    const layout = { standardise, start, umap: umapOf(options) };
    const embedding = await embedStates(dense, selection, { ...made, ...layout, k, points });
    const dimensions = await populationDimensions(dense, selection, made);
    const paths = selection.epochs.length > 2 ? await trajectoryDimensions(dense, selection, made) : undefined;
    return {
      kind: "embed",
      parameters: {
        epochs: [...selection.epochs],
        components: embedding.k,
        ...layout,
        points,
        seed,
      },
      definitions: embeddingDefinitions(selection, embedding, layout, paths !== undefined),
      tables: [
        varianceTable(embedding),
        spectrumTable(embedding),
        participationTable(embedding, paths?.participationRatio),
        dimensionTable(dimensions),
        mapsTable(embedding),
        statesTable(selection, embedding),
      ],
      arrays: embeddingArrays(embedding),
    };
  },
};

function epochsWanted({ selection }: Analysis, { epochs }: EmbedOptions): Selection {
  return epochs === undefined ? { ...selection, epochs: selection.epochs.slice(-1) } : selection;
}

function umapOf({ preset, neighbours }: EmbedOptions): { neighbours: number; minDist: number } | null {
  if (preset === "none") return null;
  return { ...umapPresets[preset], ...(neighbours === undefined ? {} : { neighbours }) };
}
