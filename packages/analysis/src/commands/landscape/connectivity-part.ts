import { misuse } from "@zoo/cli";
import type { ModelRow } from "@zoo/format";
import { trainBends } from "../../landscape/bezier.ts";
import { connectivity } from "../../landscape/connectivity.ts";
import { evaluatePaths, type Path, type PathMeasures } from "../../landscape/paths.ts";
import { phaseOf, phaseThresholds } from "../../landscape/phases.ts";
import { number, whole, word } from "../../results/columns.ts";
import type { ResultColumn } from "../../results/result.ts";
import { randomSample } from "../../statistics/samples.ts";
import { byActivation, type PartResult, type Terrain } from "./terrain.ts";

/** Pairs whose paths are one piece. */
const GROUP_PAIRS = 8;
const BEZIER = { samples: 8, lr: 0.02 };

type Pair = [ModelRow, ModelRow];

/** Paths between pairs of models of one activation: straight and bent, raw and aligned. */
export async function connectivityPart(terrain: Terrain, hessian?: Map<number, number>): Promise<PartResult> {
  const { models, options, explicit, analysis, aligned } = terrain;
  const pairs = pairsOf(models);
  if (pairs.length === 0) {
    const why = models.length === 1 ? "there is one model alone" : "no two models have the same activation";
    const rule = `connectivity is of pairs of models with the same activation, and ${why}`;
    if (explicit) throw misuse("--parts", `${rule}; choose others with --models, --sample or --where`, "connectivity");
    return { definitions: [`No paths: ${rule}.`], tables: [], arrays: [] };
  }
  const chosen = randomSample(pairs, options.pairs, analysis.seed);
  const kinds = kindsOf(aligned, options.bezierSteps > 0);
  const T = options.positions;
  const summary: (number | string)[][] = [];
  const points: (number | string)[][] = [];
  let done = 0;
  for (const [activation, group] of groupsOf(chosen)) {
    const name = `paths-${activation}-${done}-${group.length}`;
    const share = (part: number): number => (done + part * group.length) / chosen.length;
    const values = await terrain.pieces.get(name, async () => await pathsOf(terrain, group, share));
    const measured = unpack(values, T);
    for (const [p, [a, b]] of group.entries()) {
      for (const [k, kind] of kinds.entries()) {
        const path = measured[p * kinds.length + k];
        const { loss, acc, lossAt, lossBarrier, accBarrier } = connectivity(path);
        const curved = hessian && Math.max(hessian.get(a.id) ?? Number.NaN, hessian.get(b.id) ?? Number.NaN);
        const ends = (path.loss[0] + path.loss[T - 1]) / 2;
        const phase = phaseOf({ loss: ends, hessian: curved ?? Number.NaN, connectivity: loss }) ?? "n/a";
        summary.push([a.id, b.id, kind, ends, loss, lossAt, lossBarrier, acc, accBarrier, phase]);
        for (const [i, t] of path.t.entries()) points.push([a.id, b.id, kind, t, path.loss[i], path.acc[i]]);
      }
    }
    done += group.length;
  }
  const { loss, connectivity: tolerance } = phaseThresholds;
  return {
    arrays: [],
    definitions: [
      `Paths: ${chosen.length} of ${pairs.length} pairs with the same activation (random with the seed), ${T} positions each. ${
        aligned ? "Aligned: the second network moved to its equivalent nearest to the first." : "Not aligned."
      }`,
      `Bezier: quadratic, one bend from the midpoint, ${options.bezierSteps} steps of Adam on all images, learning rate ${BEZIER.lr} falling to 0 along half a cosine, ${BEZIER.samples} stratified positions a step.`,
      "connectivity: mean of the ends minus the value farthest from it (sign mirrored for accuracy): negative is a barrier, positive means ends that are under-trained. barrier: most that the loss rises above, or the accuracy falls below, the straight line between the ends.",
      `phase: of the pair by our thresholds, loss > ${loss} underfitted, connectivity < -${tolerance} a barrier; IV-A and IV-B need the similarity of logits and are not told apart here.`,
    ],
    tables: [
      {
        name: "connectivity",
        caption: "Connectivity of pairs of networks",
        columns: [
          ...pathColumns,
          number("end_loss", "mean loss of both ends"),
          number("connectivity", "mode connectivity of the loss; negative is a barrier"),
          number("at", "where on the path, in [0, 1]"),
          number("barrier", "rise of the loss above the line between the ends"),
          number("acc_connectivity", "mode connectivity of the accuracy; negative is a barrier"),
          number("acc_barrier", "fall of the accuracy below the line between the ends"),
          word("phase", "phase of the taxonomy"),
        ],
        rows: summary,
      },
      {
        name: "paths",
        caption: "Loss and accuracy along the paths",
        long: true,
        columns: [
          ...pathColumns,
          number("t", "position, in [0, 1]"),
          number("loss", "mean negative log-likelihood"),
          number("acc", "fraction of right answers"),
        ],
        rows: points,
      },
    ],
  };
}

function pairsOf(models: readonly ModelRow[]): Pair[] {
  return [...byActivation(models).values()].flatMap((alike) =>
    alike.flatMap((a, i) => alike.slice(i + 1).map((b): Pair => [a, b])),
  );
}

function* groupsOf(pairs: readonly Pair[]): Generator<[ModelRow["activation"], Pair[]]> {
  for (const activation of new Set(pairs.map(([a]) => a.activation))) {
    const alike = pairs.filter(([a]) => a.activation === activation);
    for (let at = 0; at < alike.length; at += GROUP_PAIRS) yield [activation, alike.slice(at, at + GROUP_PAIRS)];
  }
}

function kindsOf(aligned: boolean, bezier: boolean): string[] {
  const lines = aligned ? ["linear", "linear aligned"] : ["linear"];
  const curves = aligned ? ["bezier", "bezier aligned"] : ["bezier"];
  return bezier ? [...lines, ...curves] : lines;
}

/** [pairs, kinds, T, 2]: loss and accuracy. */
async function pathsOf(
  { analysis, epoch, surface, align, aligned, layout: { D }, options }: Terrain,
  pairs: readonly Pair[],
  share: (part: number) => number,
): Promise<Float64Array> {
  const { zoo, seed, signal } = analysis;
  const field = surface(pairs[0][0].activation);
  const { data } = await zoo.weightsAt(epoch, pairs.flat());
  const lines = pairs.map(([{ activation }], p): Path[] => {
    const [from, to] = [2 * p, 2 * p + 1].map((row) => data.subarray(row * D, (row + 1) * D));
    return [{ from, to }, ...(aligned ? [{ from, to: align(to, from, activation) }] : [])];
  });
  const { bezierSteps: steps, positions: T } = options;
  const keys = pairs.flatMap(([a, b], p) => lines[p].map((_, k) => (a.id * 65_537 + b.id * 3 + k) >>> 0));
  const onStep = (step: number): void => {
    signal.throwIfAborted();
    analysis.progress("paths", share(step / (steps + 1)));
  };
  const curves = steps > 0 ? await trainBends(field, lines.flat(), { ...BEZIER, steps, seed, keys, onStep }) : [];
  const perPair = lines.map((straight, p) => {
    const n = straight.length;
    return [...straight, ...curves.slice(p * n, (p + 1) * n)];
  });
  const measured = await evaluatePaths(field, perPair.flat(), T);
  return Float64Array.from(measured.flatMap(({ loss, acc }) => [...loss, ...acc]));
}

function unpack(values: Float64Array, T: number): PathMeasures[] {
  const t = Float64Array.from({ length: T }, (_, i) => i / (T - 1));
  return Array.from({ length: values.length / (2 * T) }, (_, p) => ({
    t,
    loss: values.slice(2 * p * T, (2 * p + 1) * T),
    acc: values.slice((2 * p + 1) * T, (2 * p + 2) * T),
  }));
}

const pathColumns: ResultColumn[] = [
  whole("first", "id of the model at t = 0"),
  whole("second", "id of the model at t = 1"),
  word("path", "linear or bezier, raw or aligned"),
];
