import type { ModelRow } from "@zoo/format";
import { filterNormalisedDirection, planeThrough, principalDirections } from "../../landscape/directions.ts";
import { axesAround, axis, evaluateSlices, type Slice } from "../../landscape/slices.ts";
import { number, whole, word } from "../../results/columns.ts";
import type { ResultArray, ResultTable } from "../../results/result.ts";
import { byActivation, type PartResult, type Terrain } from "./terrain.ts";

/** A slice, and what it is called. */
interface NamedSlice extends Slice {
  name: string;
  about: string;
  /** Networks that lie in it: id, epoch, x, y. */
  marks: [model: number, epoch: number, x: number, y: number][];
}

/** Slices along random directions, along trajectories, and through three models. */
export async function slicesPart(terrain: Terrain): Promise<PartResult> {
  const { models, surface, analysis, options } = terrain;
  const definitions = [
    `Random slices: directions of normal numbers, each filter scaled to the length of the network's (Li et al. 2018), biases kept; coordinates -1 to 1.`,
    "Trajectory planes: first two principal components of the stored epochs, centred; the last one at 0, 0.",
  ];
  const [plane, sentence] = await planeOf(terrain);
  definitions.push(sentence);
  const arrays: ResultArray[] = [];
  const lines: number[][] = [];
  const marks: (number | string)[][] = [];
  const measure = async (activation: ModelRow["activation"], slices: readonly NamedSlice[]): Promise<void> => {
    const values = await terrain.pieces.get(`slices-${slices[0].name}`, async () => {
      const measured = await evaluateSlices(surface(activation), slices);
      return Float64Array.from(measured.flatMap(({ loss, acc }) => [...loss, ...acc]));
    });
    let at = 0;
    for (const slice of slices) {
      const size = slice.xs.length * (slice.ys?.length ?? 1);
      const loss = values.slice(at, at + size);
      const acc = values.slice(at + size, at + 2 * size);
      at += 2 * size;
      if (slice.ys === undefined) {
        for (const [i, x] of slice.xs.entries()) lines.push([slice.marks[0][0], x, loss[i], acc[i]]);
        continue;
      }
      arrays.push(...arraysOf(slice, loss, acc));
      marks.push(...slice.marks.map(([model, epoch, x, y]) => [slice.name, model, epoch, x, y]));
    }
  };
  for (const [i, model] of models.entries()) {
    analysis.signal.throwIfAborted();
    analysis.progress("slices", i / (models.length + 1));
    await measure(model.activation, await slicesOf(terrain, model));
  }
  if (plane !== null) await measure(plane.activation, [plane.slice]);
  return {
    definitions,
    arrays,
    tables: [lineTable(lines), markTable(marks)],
  };

  async function slicesOf({ epoch, layout }: Terrain, model: ModelRow): Promise<NamedSlice[]> {
    const { zoo, seed } = analysis;
    const { data: origin } = await zoo.weightsAt(epoch, [model]);
    const [x, y] = [0, 1].map((index) => filterNormalisedDirection(layout, origin, { seed, key: model.id, index }));
    const xs = axis(-1, 1, options.grid);
    const line = { origin, x, xs: axis(-1, 1, options.positions) };
    const own: NamedSlice["marks"] = [[model.id, epoch, 0, 0]];
    const slices: NamedSlice[] = [
      { ...line, name: `line_${model.id}`, about: `along a random direction at model ${model.id}`, marks: own },
      {
        origin,
        x,
        y,
        xs,
        ys: xs,
        name: `random_${model.id}`,
        about: `two random directions at model ${model.id}`,
        marks: own,
      },
    ];
    const states = zoo.states.filter((state) => state <= epoch);
    if (states.length < 3) return slices;
    const { data } = await zoo.trajectory(model);
    const found = principalDirections(data.subarray(0, states.length * layout.D), layout.D);
    if (Number.isNaN(found.x[0] + found.y[0])) return slices;
    slices.push({
      origin: found.origin,
      x: found.x,
      y: found.y,
      ...axesAround(found.coordinates, options.grid),
      name: `trajectory_${model.id}`,
      about: `two principal components of the trajectory of model ${model.id}, which have ${found.explained.map((share) => share.toFixed(3)).join(" and ")} of its variance`,
      marks: states.map((state, e) => [model.id, state, found.coordinates[2 * e], found.coordinates[2 * e + 1]]),
    });
    return slices;
  }
}

async function planeOf({
  analysis,
  models,
  epoch,
  layout: { D },
  align,
  aligned,
  options,
}: Terrain): Promise<[{ slice: NamedSlice; activation: ModelRow["activation"] } | null, string]> {
  const three = [...byActivation(models).values()].find((alike) => alike.length >= 3)?.slice(0, 3);
  if (three === undefined) return [null, "No plane through three models: there are no three with one activation."];
  const [{ activation }] = three;
  const { data } = await analysis.zoo.weightsAt(epoch, three);
  const [a, b, c] = [0, 1, 2].map((row) => data.subarray(row * D, (row + 1) * D));
  const [movedB, movedC] = aligned ? [align(b, a, activation), align(c, a, activation)] : [b, c];
  const ids = three.map(({ id }) => id).join(", ");
  const found = planeThrough(a, movedB, movedC);
  if (found === null) return [null, `No plane: models ${ids} lie on a line at epoch ${epoch}, or are equal.`];
  const { coordinates, ...plane } = found;
  const slice: NamedSlice = {
    ...plane,
    ...axesAround(coordinates, options.grid),
    name: "three_models",
    about: `the plane through models ${ids}`,
    marks: three.map(({ id }, i) => [id, epoch, coordinates[2 * i], coordinates[2 * i + 1]]),
  };
  return [
    { slice, activation },
    `Plane: through models ${ids}${aligned ? ", the last two aligned to the first" : ", not aligned"}; coordinates are L2 distances.`,
  ];
}

function arraysOf({ name, about, xs, ys = xs }: NamedSlice, loss: Float64Array, acc: Float64Array): ResultArray[] {
  const shape = [ys.length, xs.length];
  const array = (
    what: string,
    data: Float64Array,
    shape: number[],
    axes: string[],
    description: string,
  ): ResultArray => ({
    name: `${name}_${what}`,
    dtype: "F64",
    data,
    shape,
    axes,
    description: `${description}: ${about}`,
  });
  return [
    array("loss", loss, shape, ["y", "x"], "mean negative log-likelihood"),
    array("acc", acc, shape, ["y", "x"], "fraction of right answers"),
    array("axes", Float64Array.of(...xs, ...ys), [2, xs.length], ["axis", "position"], "coordinates x and y"),
  ];
}

function lineTable(rows: number[][]): ResultTable {
  return {
    name: "slices",
    caption: "Loss and accuracy along a random direction",
    long: true,
    columns: [
      whole("model", "id of the model at 0"),
      number("x", "coordinate, in lengths of the network's filters"),
      number("loss", "mean negative log-likelihood"),
      number("acc", "fraction of right answers"),
    ],
    rows,
  };
}

function markTable(rows: (number | string)[][]): ResultTable {
  return {
    name: "places",
    caption: "Where networks are in the planes",
    long: true,
    columns: [
      word("plane", "name of the plane: its arrays begin with it"),
      whole("model", "id of the model"),
      whole("epoch", "epoch of the weights"),
      number("x", "coordinate"),
      number("y", "coordinate"),
    ],
    rows,
  };
}
