import { misuse } from "@zoo/cli";
import type { Comparability } from "../../comparison/comparability.ts";
import { compareQuantities, type Quantity } from "../../comparison/compare-quantities.ts";
import { effectTable, sampleTable, testTable } from "../../comparison/comparison-tables.ts";
import type { ModelPairs } from "../../comparison/model-pairs.ts";
import { pairedTable } from "../../comparison/paired-table.ts";
import { trajectoryQuantities } from "../../comparison/trajectory-quantities.ts";
import { weightQuantities } from "../../comparison/weight-quantities.ts";
import type { Analysis } from "../../node/analysis.ts";
import type { ResultTable } from "../../results/result.ts";

/** What the parts of a comparison are asked. */
export interface PartQuestion {
  /** Columns that divide both populations. */
  by: readonly string[];
  /** `--epochs`, of those that both measured; undefined where all that are stored may be taken. */
  epochs: readonly number[] | undefined;
  comparability: Comparability;
  /** Models that correspond; undefined where none do. */
  pairs: ModelPairs | undefined;
  /** Whether this part was named, so that it must not be left out. */
  named: boolean;
}

/** What a part gives to the `Result`. */
export interface ComparedPart {
  definitions: string[];
  tables: ResultTable[];
}

/** A weight of at most this absolute value is small. */
const SMALL = 1e-3;

/** Sizes of weights, one number for each model. */
export async function compareWeights(a: Analysis, b: Analysis, question: PartQuestion): Promise<ComparedPart> {
  const { stored, differentWeights } = question.comparability;
  if (differentWeights !== undefined) return leftOut("weights", differentWeights, question);
  const asked = storedOf(question) ?? stored.slice(-1);
  if (asked.length === 0) return leftOut("weights", noneStored(question), question);
  const start = stored[0];
  const epochs = asked.includes(start) ? asked : [start, ...asked];
  const quantitiesOf = async (one: Analysis, name: string): Promise<Quantity[]> => {
    const onStates = counter(one, `weights of ${name}`, epochs.length);
    const { zoo, selection, signal } = one;
    const all = await weightQuantities(zoo, selection.models, epochs, { threshold: SMALL, signal, onStates });
    return all.filter(({ epoch }) => asked.includes(epoch));
  };
  const [ofA, ofB] = [await quantitiesOf(a, "A"), await quantitiesOf(b, "B")];
  return {
    definitions: [
      `Weights: epoch ${asked.join(", ")}. l2: Euclidean norm; sparsity: share of weights with |w| <= ${SMALL}; growth: l2 / l2 at epoch ${start}.`,
    ],
    tables: tablesOf(a, b, ofA, ofB, question, { prefix: "weight_", of: "Weights of A against B" }),
  };
}

/** Shapes of trajectories, one number for each model. */
export async function compareTrajectories(a: Analysis, b: Analysis, question: PartQuestion): Promise<ComparedPart> {
  const { stored, differentWeights } = question.comparability;
  const epochs = storedOf(question) ?? stored;
  if (epochs.length < 2) {
    const why = `a trajectory needs two epochs that both stored, and ${epochs.length === 1 ? "1 is" : "none is"} asked for`;
    return leftOut("trajectories", why, question);
  }
  const quantitiesOf = async (one: Analysis, name: string): Promise<Quantity[]> => {
    const onStates = counter(one, `trajectories of ${name}`, epochs.length);
    const { zoo, selection, signal } = one;
    return await trajectoryQuantities(zoo, selection.models, epochs, { signal, onStates });
  };
  const [ofA, ofB] = [await quantitiesOf(a, "A"), await quantitiesOf(b, "B")];
  return {
    definitions: [
      `Trajectories: whole networks at the ${epochs.length} epochs ${epochs[0]} to ${epochs[epochs.length - 1]} that both stored, the same of both. straightness: distance / path; path: sum of step lengths; turn: mean angle of consecutive steps, radians; distance: of the last state from the first. Fewer epochs make shorter, straighter paths.`,
      ...(differentWeights === undefined
        ? []
        : [`Trajectories: ${differentWeights}; path and distance grow with the number of weights.`]),
    ],
    tables: tablesOf(a, b, ofA, ofB, question, { prefix: "trajectory_", of: "Trajectories of A against B" }),
  };
}

/** A sentence in the place of a part; where it was asked for by name ZooError `misuse`. */
export function leftOut(part: string, why: string, { named }: PartQuestion): ComparedPart {
  if (named) throw misuse("--of", `asks for what these zoos cannot give: ${why}. Leave it out`, part);
  return { definitions: [`No ${part} are compared: ${why}.`], tables: [] };
}

/** The epochs of `--epochs` that both stored; undefined where it was not given. */
export function storedOf({ epochs, comparability: { stored } }: PartQuestion): number[] | undefined {
  return epochs?.filter((epoch) => stored.includes(epoch));
}

export function noneStored({ epochs }: PartQuestion): string {
  return epochs === undefined ? "no epoch is stored in both" : `no epoch of ${epochs.join(", ")} is stored in both`;
}

/** Samples against each other, and pairs where models correspond. */
export function tablesOf(
  a: Analysis,
  b: Analysis,
  ofA: readonly Quantity[],
  ofB: readonly Quantity[],
  { by, pairs }: PartQuestion,
  { prefix = "", of = "A against B" } = {},
): ResultTable[] {
  const { seed, signal } = a;
  const progress = (share: number): void => a.progress("comparing", share);
  const { comparisons } = compareQuantities(
    { models: a.selection.models, quantities: ofA },
    { models: b.selection.models, quantities: ofB },
    { by, seed, signal, progress },
  );
  return [
    effectTable(comparisons, `${prefix}effects`, of),
    testTable(comparisons, `${prefix}tests`, of),
    sampleTable(comparisons, `${prefix}samples`, of),
    ...(pairs === undefined ? [] : [pairedTable(ofA, ofB, pairs, { seed, name: `${prefix}paired`, of })]),
  ];
}

function counter(analysis: Analysis, what: string, epochs: number): (states: number) => void {
  const all = analysis.selection.models.length * epochs;
  let done = 0;
  return (states) => analysis.progress(what, (done += states) / all);
}
