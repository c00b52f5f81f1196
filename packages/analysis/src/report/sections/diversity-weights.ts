import { deriveLayout, type ModelRow } from "@zoo/format";
import { alignmentDefinition } from "../../node/aligned-tables.ts";
import type { Analysis } from "../../node/analysis.ts";
import { alignedDistances } from "../../weight-space/aligned-distances.ts";
import { Aligners } from "../../weight-space/aligners.ts";
import { cosineFromDistances, normsOf, pairDistances } from "../../weight-space/pair-distances.ts";
import { weightParts } from "../../weight-space/weight-parts.ts";
import { drawn, type SampleSizes } from "./diversity-samples.ts";

/** A matrix [M, M] of a distance as the weights are, and after alignment. */
export interface BeforeAndAfter {
  raw: Float64Array;
  /** null where none was affordable. */
  aligned: Float64Array | null;
}

/** Distances of the whole network, or of a layer. */
export interface PartDistances {
  /** "all", or the path of a layer. */
  part: string;
  l2: BeforeAndAfter;
  cosine: BeforeAndAfter;
}

export interface WeightDistances {
  models: readonly ModelRow[];
  /** The whole network first. */
  parts: PartDistances[];
  definition: string;
}

/** The weights of some models, compared pair by pair. */
export async function weightDistancesOf(
  analysis: Analysis,
  epoch: number,
  { weights: most, aligned: aligns }: SampleSizes,
): Promise<WeightDistances> {
  const { zoo, selection, seed, signal } = analysis;
  const { architecture } = zoo.manifest;
  const models = drawn(selection.models, most, seed);
  const M = models.length;
  const layout = deriveLayout(architecture);
  const parts = weightParts(layout).filter(({ kind }) => kind !== "tensor");
  const { data: weights } = await zoo.weightsAt(epoch, models);
  const bothOf = (matrices: { raw: Float64Array; aligned: Float64Array | null }, p: number): PartDistances => {
    const norms = normsOf(weights, layout.D, parts[p]);
    const cosineOf = (l2: Float64Array): Float64Array => cosineFromDistances(l2, norms);
    const { raw, aligned } = matrices;
    return {
      part: parts[p].name,
      l2: { raw, aligned },
      cosine: { raw: cosineOf(raw), aligned: aligned && cosineOf(aligned) },
    };
  };
  if (!aligns) {
    const { dense } = await analysis.executor();
    const found: PartDistances[] = [];
    for (const [p, part] of parts.entries()) {
      const { l2 } = await pairDistances(weights, layout.D, part, dense, { signal });
      found.push(bothOf({ raw: l2, aligned: null }, p));
    }
    const definition = "Alignment: none, since one pair of networks of this size takes many seconds.";
    return { models, parts: found, definition };
  }
  const aligners = new Aligners(architecture, { restarts: 0, signs: true, seed });
  const networks = { weights, activations: models.map(({ activation }) => activation) };
  const all = await alignedDistances(networks, parts, aligners, { signal });
  const slice = (data: Float64Array, p: number): Float64Array => data.subarray(p * M * M, (p + 1) * M * M);
  return {
    models,
    parts: parts.map((_, p) => bothOf({ raw: slice(all.raw, p), aligned: slice(all.aligned, p) }, p)),
    definition: alignmentDefinition(aligners, models, selection.models.length, { restarts: 0, seed }),
  };
}
