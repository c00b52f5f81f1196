import { RandomStream } from "@zoo/engine";
import { drawDistinct } from "../recipe/draw.ts";

/** `n` of the ids, ascending; which ones follows from `seed`. All of them if there are not so many. */
export function sampleModels(ids: readonly number[], n: number, seed: number): number[] {
  const places = drawDistinct(new RandomStream(seed, "SAMPLE"), Math.min(n, ids.length), ids.length);
  return places.map((place) => ids[place]).sort((a, b) => a - b);
}
