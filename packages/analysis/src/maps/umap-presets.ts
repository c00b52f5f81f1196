/** How far a map looks, and how tightly it packs. */
export interface UmapPreset {
  /** Neighbours of each row, itself among them. */
  neighbours: number;
  /** Smallest distance between points of the map. */
  minDist: number;
}

/**
 * Values that published work on model zoos used, and the library's own: `baseline` embeds weights for property prediction
 * (Model Zoos data set, Schürholt et al. 2022), `sampling` shows hyper-representations and what is sampled from them.
 */
export const umapPresets = {
  baseline: { neighbours: 25, minDist: 0.001 },
  sampling: { neighbours: 15, minDist: 0.01 },
  umap: { neighbours: 15, minDist: 0.1 },
} as const satisfies Record<string, UmapPreset>;

export type UmapPresetName = keyof typeof umapPresets;
