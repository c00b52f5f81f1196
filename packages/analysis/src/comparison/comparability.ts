import { type Manifest, ZooError } from "@zoo/format";

/** What two zoos have in common. */
export interface Comparability {
  /** Epochs that both measured, ascending; at least one. */
  measured: readonly number[];
  /** Epochs whose weights both store, ascending; may be none. */
  stored: readonly number[];
  /** Why a weight of one is no weight of the other; undefined where they may be compared. */
  differentWeights: string | undefined;
  /** Sentences on what makes metrics of the two mean different things. */
  notes: readonly string[];
}

/** Compares two manifests. Throws ZooError `misuse` where no epoch was measured in both. */
export function comparability(a: Manifest, b: Manifest): Comparability {
  const measured = a.measured.filter((epoch) => b.measured.includes(epoch));
  if (measured.length === 0) {
    const range = ({ measured: epochs }: Manifest): string => `${epochs[0]}..${epochs[epochs.length - 1]}`;
    const message = `the zoos have no measured epoch in common: ${a.name} has ${range(a)}, ${b.name} has ${range(b)}`;
    throw new ZooError("misuse", `${message}. Compare zoos that share one`, { option: "ZOO_B", value: b.name });
  }
  return {
    measured,
    stored: a.states.filter((epoch) => b.states.includes(epoch)),
    differentWeights: differentWeights(a, b),
    notes: notesOn(a, b),
  };
}

function differentWeights(
  { layout: a, architecture: first }: Manifest,
  { layout: b, architecture: second }: Manifest,
): string | undefined {
  const shapes = ({ tensors }: Manifest["layout"]): string => JSON.stringify(tensors.map(({ shape }) => shape));
  if (shapes(a) !== shapes(b)) {
    return `the architectures differ: ${first.name} has ${a.D} weights, ${second.name} has ${b.D}`;
  }
  return JSON.stringify(first.layers) === JSON.stringify(second.layers)
    ? undefined
    : `the architectures differ: the layers of ${first.name} are not those of ${second.name}`;
}

function notesOn(a: Manifest, b: Manifest): string[] {
  const [x, y] = [a.dataset, b.dataset];
  const notes: string[] = [];
  if (x.classes !== y.classes) {
    notes.push(`A has ${x.classes} classes and B has ${y.classes}: equal accuracies and losses are not equally good.`);
  }
  if (x.name !== y.name) notes.push(`A was trained on ${x.name}, B on ${y.name}.`);
  else if (x.sha256 !== y.sha256) notes.push(`Both were trained on ${x.name}, but not on the same images.`);
  else if (JSON.stringify(x.splits) !== JSON.stringify(y.splits)) {
    notes.push("The splits of the images are of different sizes.");
  }
  const last = (epochs: readonly number[]): number => epochs[epochs.length - 1];
  if (last(a.measured) !== last(b.measured)) {
    notes.push(`A was measured until epoch ${last(a.measured)}, B until epoch ${last(b.measured)}.`);
  }
  if (JSON.stringify(a.numerics) !== JSON.stringify(b.numerics)) {
    notes.push("The arithmetic of the two zoos is not the same, so equal recipes may have different weights.");
  }
  return notes;
}
