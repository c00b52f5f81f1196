/** Where a population stands in the taxonomy of loss landscapes (Yang et al. 2021), as the phase-transition zoos name it. */
export type Phase = "I" | "II" | "III" | "IV-A" | "IV-B" | "IV";

export interface PhaseEvidence {
  /** Mean training loss. */
  loss: number;
  /** Largest Hessian eigenvalue of the training loss. */
  hessian: number;
  /** Mode connectivity of the training loss: negative is a barrier (`Connectivity.loss`). */
  connectivity: number;
  /** Similarity of the logits of two models, in [0, 1]; not given: IV-A and IV-B are not told apart. */
  cka?: number;
}

/** Published thresholds were not found: these are ours. */
export interface PhaseThresholds {
  /** Above: underfitted. Default .1. */
  loss: number;
  /** Above: underfitted too, whatever the loss. Not looked at unless given: its scale depends on architecture and data. */
  hessian?: number;
  /** Below its negative: a barrier. Default .05, in units of the loss. */
  connectivity: number;
  /** Below: overfitted. Default .8. */
  cka: number;
}

export const phaseThresholds: PhaseThresholds = { loss: 0.1, connectivity: 0.05, cka: 0.8 };

/**
 * I: underfitted and undersized (high loss or large Hessian, a barrier). II: underfitted (high loss or large Hessian, no
 * barrier). III: undersized (small loss, a barrier). IV: small loss and no barrier, IV-A overfitted where the similarity is
 * small, IV-B generalising where it is large. null where a number needed is not finite.
 */
export function phaseOf(
  { loss, hessian, connectivity, cka }: PhaseEvidence,
  thresholds: Partial<PhaseThresholds> = {},
): Phase | null {
  const limit = { ...phaseThresholds, ...thresholds };
  if (Number.isNaN(loss) || !Number.isFinite(connectivity)) return null;
  if (limit.hessian !== undefined && Number.isNaN(hessian)) return null;
  const underfitted = loss > limit.loss || (limit.hessian !== undefined && hessian > limit.hessian);
  const barrier = connectivity < -limit.connectivity;
  if (underfitted) return barrier ? "I" : "II";
  if (barrier) return "III";
  if (cka === undefined || Number.isNaN(cka)) return "IV";
  return cka < limit.cka ? "IV-A" : "IV-B";
}
