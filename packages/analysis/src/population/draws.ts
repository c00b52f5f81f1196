import { RandomStream } from "@zoo/engine";

/** What random numbers of this package are for; an index within the engine's stream SAMPLE, never given again. */
const purposes = {
  /** Start of the range finder. */
  sketch: 64,
  /** Probes of the trace of the squared covariance. */
  probes: 65,
  /** Layout of a map. */
  layout: 67,
} as const;

/** The random numbers of one purpose: equal seeds give equal numbers, and no purpose shifts another. */
export function draws(seed: number, purpose: keyof typeof purposes): RandomStream {
  return new RandomStream(seed, "SAMPLE", purposes[purpose]);
}
