import type { Architecture, LayerSpec } from "./architecture.ts";
import { type LayerPlace, outputShape, placeInList, refuse } from "./layer-shapes.ts";
import { layoutText, MAX_LAYOUT_BYTES, type TensorRole } from "./layout-text.ts";
import { AxisTies, type PermutationGroup, type Units } from "./permutation-groups.ts";

/** A slice of a model's flat vector of buffers [B]. */
export interface BufferTensor {
  /** The key of a PyTorch module with `layers = nn.Sequential(...)`: `layers.0.weight`, `layers.3.body.1.running_var`. */
  name: string;
  shape: number[];
  /** Elements from the start of the vector. */
  offset: number;
  size: number;
  /** Index in `shapes`. */
  layer: number;
}

/** A trained tensor as a slice of a model's flat vector of weights [D]. */
export interface ParameterTensor extends BufferTensor {
  role: TensorRole;
}

/** The shapes [C, H, W] or [P] that one layer takes and gives. */
export interface LayerShape {
  /** Position in `shapes`; in a network without residuals also the index in `layers`. */
  index: number;
  /** `layers.3`, or `layers.3.body.0` and `layers.3.shortcut.0` inside a residual. */
  path: string;
  type: LayerSpec["type"];
  in: number[];
  out: number[];
}

export interface Layout {
  /** Weights per model. */
  D: number;
  /** Elements of buffers per model; 0 without batch normalisation. */
  B: number;
  /** In PyTorch order: per layer the weight (row-major), then the bias. Together they cover [0, D) without gaps. */
  tensors: ParameterTensor[];
  /** running_mean, then running_var of each batch normalisation. Together they cover [0, B) without gaps. */
  buffers: BufferTensor[];
  /** One per layer, in the order of execution: of a residual the body, the shortcut, then the residual itself, their sum. */
  shapes: LayerShape[];
  /** By first layer. In a network without residuals one per layer with weights, except the last. */
  permutation: PermutationGroup[];
}

/** The largest D: 1 GiB of float32 per model. */
export const MAX_WEIGHTS = 2 ** 28;
/** A network has at most this many layers, those inside residuals included, and residuals in residuals this deep. */
const MAX_LAYERS = 4096;
const MAX_NESTING = 8;

type Residual = Extract<LayerSpec, { type: "residual" }>;
type PlainLayer = Exclude<LayerSpec, Residual>;
type WeightedLayer = Extract<LayerSpec, { type: "conv2d" | "linear" }>;

/**
 * Everything that follows from a list of layers.
 *
 * Throws ZooError `bad-architecture` where a layer cannot take what the layer before gives, where body and shortcut of a
 * residual differ in shape, where the output is not [classes], or where a limit above is exceeded.
 */
export function deriveLayout(architecture: Architecture): Layout {
  const { input, classes, layers } = architecture;
  const ties = new AxisTies();
  const walk = new LayoutWalk(architecture.name, ties);
  const channels = ties.units(input[0]);
  ties.fix(channels);
  const { shape, units } = walk.list(layers, "layers", { shape: [...input], units: channels }, 0);
  ties.fix(units);
  if (shape.length !== 1 || shape[0] !== classes) {
    const rule = `the network ends with shape [${shape.join(", ")}], not [classes] = [${classes}]`;
    refuse(placeInList(architecture, layers.length - 1), rule);
  }
  const { tensors, buffers, shapes } = walk;
  if (tensors.length === 0) refuse(placeInList(architecture, 0), "no layer has weights; add a linear layer");
  const D = endOf(tensors);
  const bytes = layoutText({ D, tensors, buffers }).length;
  if (bytes > MAX_LAYOUT_BYTES) {
    const rule = `names and shapes of the tensors up to here take ${bytes} bytes as JSON; at most ${MAX_LAYOUT_BYTES}`;
    refuse(placeInList(architecture, layers.length - 1), rule);
  }
  return { D, B: endOf(buffers), tensors, buffers, shapes, permutation: ties.groups() };
}

/** What flows from one layer to the next. */
interface Value {
  shape: number[];
  units: Units;
}

class LayoutWalk {
  readonly tensors: ParameterTensor[] = [];
  readonly buffers: BufferTensor[] = [];
  readonly shapes: LayerShape[] = [];
  readonly #network: string;
  readonly #ties: AxisTies;

  constructor(network: string, ties: AxisTies) {
    this.#network = network;
    this.#ties = ties;
  }

  /** Lays out one list of layers, whose path is `list`, and returns what it gives for `input`. */
  list(layers: readonly LayerSpec[], list: string, input: Value, nesting: number): Value {
    let value = input;
    for (const [i, layer] of layers.entries()) {
      const path = `${list}.${i}`;
      const place = { network: this.#network, path, type: layer.type };
      const next =
        layer.type === "residual" ? this.#residual(layer, place, value, nesting) : this.#layer(layer, place, value);
      if (this.shapes.length === MAX_LAYERS) refuse(place, `the network has more than ${MAX_LAYERS} layers`);
      this.shapes.push({ index: this.shapes.length, path, type: layer.type, in: value.shape, out: next.shape });
      value = next;
    }
    return value;
  }

  #residual({ body, shortcut }: Residual, place: LayerPlace, value: Value, nesting: number): Value {
    if (nesting === MAX_NESTING) refuse(place, `residuals are nested deeper than ${MAX_NESTING}`);
    const a = this.list(body, `${place.path}.body`, value, nesting + 1);
    const b = this.list(shortcut, `${place.path}.shortcut`, value, nesting + 1);
    if (a.shape.join() !== b.shape.join()) {
      const rule = `the body gives [${a.shape.join(", ")}], but the shortcut [${b.shape.join(", ")}]; they must be equal to be added`;
      refuse(place, rule);
    }
    return { shape: a.shape, units: this.#ties.add(a.units, b.units) };
  }

  #layer(layer: PlainLayer, place: LayerPlace, { shape, units }: Value): Value {
    const out = outputShape(layer, shape, place);
    switch (layer.type) {
      case "conv2d":
      case "linear":
        return { shape: out, units: this.#weights(layer, place, { shape, units }) };
      case "batchnorm2d":
        this.#normalisation(place, { shape, units });
        return { shape: out, units };
      case "flatten":
        return { shape: out, units: { ...units, block: (units.block * out[0]) / shape[0] } };
      default:
        return { shape: out, units };
    }
  }

  #weights(layer: WeightedLayer, place: LayerPlace, { shape, units }: Value): Units {
    const kernel = layer.type === "conv2d" ? [layer.kernel, layer.kernel] : [];
    const made = this.#ties.units(layer.out);
    const weight = this.#tensor("weight", place, [layer.out, shape[0], ...kernel]);
    this.#bind(weight, units, "in", 1);
    this.#bind(weight, made, "out", 0);
    if (layer.bias !== false) this.#bind(this.#tensor("bias", place, [layer.out]), made, "out", 0);
    return made;
  }

  #normalisation(place: LayerPlace, { shape: [C], units }: Value): void {
    for (const role of ["scale", "shift"] as const) this.#bind(this.#tensor(role, place, [C]), units, "out", 0);
    for (const part of ["running_mean", "running_var"]) {
      const buffer = slice(`${place.path}.${part}`, [C], endOf(this.buffers), this.shapes.length);
      this.buffers.push(buffer);
      this.#bind(buffer, units, "buffers", 0);
    }
  }

  #tensor(role: TensorRole, place: LayerPlace, shape: number[]): ParameterTensor {
    const part = role === "weight" || role === "scale" ? "weight" : "bias";
    const tensor = { ...slice(`${place.path}.${part}`, shape, endOf(this.tensors), this.shapes.length), role };
    this.tensors.push(tensor);
    const D = endOf(this.tensors);
    if (!(D <= MAX_WEIGHTS)) refuse(place, `the weights so far number ${D}; at most ${MAX_WEIGHTS}`);
    return tensor;
  }

  #bind({ name, layer }: BufferTensor, units: Units, side: "out" | "in" | "buffers", axis: number): void {
    this.#ties.bind(units, side, layer, name, axis);
  }
}

function slice(name: string, shape: number[], offset: number, layer: number): BufferTensor {
  return { name, shape, offset, size: shape.reduce((a, b) => a * b, 1), layer };
}

function endOf(tensors: readonly BufferTensor[]): number {
  const last = tensors.at(-1);
  return last === undefined ? 0 : last.offset + last.size;
}
