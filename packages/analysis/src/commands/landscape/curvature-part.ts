import type { ModelRow } from "@zoo/format";
import { extremeEigenvalues } from "../../landscape/eigenvalues.ts";
import { hessians } from "../../landscape/operators.ts";
import { densityGrid, spectralDensity, spectralQuadrature } from "../../landscape/spectral-density.ts";
import { hutchPlusPlus } from "../../landscape/trace.ts";
import type { ResultColumn } from "../../results/result.ts";
import { byActivation, type PartResult, type Terrain } from "./terrain.ts";

/** Vectors that Lanczos keeps at once. */
const BASIS_BYTES = 2 ** 28;
/** Models whose results are one piece. */
const GROUP_MODELS = 64;
const DENSITY = { probes: 4, steps: 40, grid: 201, share: 0.01 };
const TOLERANCE = 1e-3;

type Row = (number | string | boolean)[];

/** Eigenvalues at both ends, trace and spectral density of the Hessian of each model at each epoch. */
export async function curvaturePart(terrain: Terrain): Promise<PartResult> {
  const { models, epochs, epoch, layout, options } = terrain;
  const most = Math.max(options.lanczosSteps, DENSITY.probes * DENSITY.steps);
  const size = Math.max(1, Math.min(GROUP_MODELS, Math.floor(BASIS_BYTES / (4 * most * layout.D))));
  const summary: Row[] = [];
  const eigenvalues: Row[] = [];
  const density: Row[] = [];
  const top = new Map<number, number>();
  let done = 0;
  for (const at of epochs) {
    for (const [activation, alike] of byActivation(models)) {
      for (let first = 0; first < alike.length; first += size) {
        const group = alike.slice(first, first + size);
        const share = (part: number): number => (done + part * group.length) / (models.length * epochs.length);
        const name = `curvature-${at}-${activation}-${first}-${group.length}`;
        const values = await terrain.pieces.get(name, async () => await curvatureOf(terrain, group, at, share));
        const perModel = values.length / group.length;
        for (const [i, { id }] of group.entries()) {
          const found = unpack(values.subarray(i * perModel, (i + 1) * perModel), options.top);
          summary.push([id, at, ...found.summary]);
          eigenvalues.push(...found.eigenvalues.map((row) => [id, at, ...row]));
          density.push(...densityRows(found.nodes, found.weights).map((row) => [id, at, ...row]));
          if (at === epoch) top.set(id, found.eigenvalues[0][1] as number);
        }
        done += group.length;
      }
    }
  }
  const { probes, steps, share } = DENSITY;
  return {
    topEigenvalues: top,
    arrays: [],
    definitions: [
      `Eigenvalues: the ${options.top} largest by sign and the smallest, by Lanczos with full reorthogonalisation, at most ${options.lanczosSteps} products, until every bound is at most ${TOLERANCE} times the largest absolute eigenvalue (converged). bound: there is an eigenvalue at most bound + noise away. noise: what float32 products can have moved; nothing smaller is resolved.`,
      `Trace: Hutch++ with ${options.traceProducts} products, deviation: its standard error. hutchinson: plain, by a third of the products.`,
      `Spectral density: Lanczos quadrature, ${probes} random starts of ${steps} steps, Gaussians of ${100 * share} % of the range of the nodes.`,
    ],
    tables: [
      {
        name: "curvature",
        caption: "Curvature of the loss: Hessian eigenvalues and trace",
        columns: [
          column("model", "INT32", "id of the model"),
          column("epoch", "INT32", "epoch of the weights"),
          column("loss", "DOUBLE", "mean negative log-likelihood of the images"),
          column("largest", "DOUBLE", "largest eigenvalue"),
          column("largest_bound", "DOUBLE", "residual bound of the largest eigenvalue"),
          column("smallest", "DOUBLE", "smallest eigenvalue, the most negative"),
          column("smallest_bound", "DOUBLE", "residual bound of the smallest eigenvalue"),
          column("noise", "DOUBLE", "how far rounding can have moved any eigenvalue"),
          column("trace", "DOUBLE", "trace by Hutch++"),
          column("trace_deviation", "DOUBLE", "standard error of the trace"),
          column("hutchinson", "DOUBLE", "trace by plain Hutchinson"),
          column("hutchinson_deviation", "DOUBLE", "standard error of that"),
          column("steps", "INT32", "Lanczos steps"),
          column("converged", "BOOLEAN", "whether every eigenvalue asked for converged"),
        ],
        rows: summary,
      },
      {
        name: "eigenvalues",
        caption: "Hessian eigenvalues at the ends of the spectrum",
        long: true,
        columns: [
          column("model", "INT32", "id of the model"),
          column("epoch", "INT32", "epoch of the weights"),
          column("end", "STRING", "largest or smallest"),
          column("rank", "INT32", "1 is the outermost"),
          column("value", "DOUBLE", "eigenvalue; NaN where there is none"),
          column("bound", "DOUBLE", "residual bound"),
        ],
        rows: eigenvalues.map(([model, at, end, value, bound, rank]) => [model, at, end, rank, value, bound]),
      },
      {
        name: "spectral_density",
        caption: "Density of the Hessian spectrum",
        long: true,
        columns: [
          column("model", "INT32", "id of the model"),
          column("epoch", "INT32", "epoch of the weights"),
          column("eigenvalue", "DOUBLE", "place"),
          column("density", "DOUBLE", "density there; its integral is 1"),
          column("sigma", "DOUBLE", "standard deviation of the Gaussians"),
        ],
        rows: density,
      },
    ],
  };
}

/** Of each model: loss, ends of the spectrum, trace, nodes and weights of the density, in the order that `unpack` reads. */
async function curvatureOf(
  { analysis, surface, options }: Terrain,
  group: readonly ModelRow[],
  epoch: number,
  share: (part: number) => number,
): Promise<Float64Array> {
  const { zoo, seed, signal } = analysis;
  const { data: weights } = await zoo.weightsAt(epoch, group);
  const field = surface(group[0].activation);
  const operators = hessians(field, weights);
  const keys = group.map(({ id }) => id);
  const { lanczosSteps: maxSteps, traceProducts: products, top: largest } = options;
  const all = maxSteps + products + DENSITY.probes * DENSITY.steps;
  let made = 0;
  const onStep = (): void => {
    signal.throwIfAborted();
    analysis.progress("curvature", share(made++ / all));
  };
  const { loss } = await field.evaluate(weights);
  const ends = await extremeEigenvalues(operators, { largest, tolerance: TOLERANCE, maxSteps, seed, keys, onStep });
  made = maxSteps;
  const traces = await hutchPlusPlus(operators, { products, seed, keys, onStep });
  const { probes, steps } = DENSITY;
  const spectra = await spectralQuadrature(operators, {
    probes,
    steps,
    seed,
    keys,
    onStep: () => {
      for (let p = 0; p < probes; p++) onStep();
    },
  });
  const rows = group.flatMap((_, m) => {
    const { smallest, largestBounds, smallestBounds, noise, steps: taken, converged } = ends[m];
    const { trace, deviation, hutchinson, hutchinsonDeviation } = traces[m];
    const head = [loss[m], noise, taken, Number(converged), trace, deviation, hutchinson, hutchinsonDeviation];
    const tail = [smallest[0], smallestBounds[0], ...ends[m].largest, ...largestBounds];
    return [...head, ...tail, ...spectra[m].nodes, ...spectra[m].weights];
  });
  return Float64Array.from(rows);
}

function unpack(values: Float64Array, top: number) {
  const [loss, noise, steps, converged, trace, deviation, hutchinson, hutchinsonDeviation, smallest, smallestBound] =
    values;
  const largest = values.subarray(10, 10 + top);
  const bounds = values.subarray(10 + top, 10 + 2 * top);
  const spectrum = values.subarray(10 + 2 * top);
  const ends: Row[] = [
    ...Array.from(largest, (value, i): Row => ["largest", value, bounds[i], i + 1]),
    ["smallest", smallest, smallestBound, 1],
  ];
  const extremes = [largest[0], bounds[0], smallest, smallestBound];
  return {
    summary: [loss, ...extremes, noise, trace, deviation, hutchinson, hutchinsonDeviation, steps, converged === 1],
    eigenvalues: ends,
    nodes: spectrum.subarray(0, spectrum.length / 2),
    weights: spectrum.subarray(spectrum.length / 2),
  };
}

function densityRows(nodes: Float64Array, weights: Float64Array): number[][] {
  const { grid, sigma } = densityGrid({ nodes, weights }, DENSITY.grid, DENSITY.share);
  const density = spectralDensity({ nodes, weights }, grid, sigma);
  return Array.from(grid, (x, i) => [x, density[i], sigma]);
}

function column(name: string, type: ResultColumn["type"], description: string): ResultColumn {
  return { name, type, description };
}
