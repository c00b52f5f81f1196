import type { Activation, Architecture, LayerSpec, PermutationGroup } from "@zoo/format";

/** f(-x) = -f(x), exactly in floating point. */
const ODD: readonly Activation[] = ["tanh", "none"];

/**
 * For each group of a layout whether the sign of each of its units can be changed without changing the function: the weights,
 * bias and shift that make the unit, and the weights that read it, all change their sign. That holds where everything the
 * units pass through is odd: convolution and linear layers, average pooling, flattening, dropout (which is off), batch
 * normalisation (with shift and running mean; the scale stays), and the activations tanh and none. Max-pooling is not odd, nor are
 * the other activations: a group that meets one of them, anywhere along a residual stream, has no flips.
 *
 * activations: of the models; a flip must keep the function of all of them. CNN-s with tanh: conv3 and linear1; CNN-l: linear1.
 * Other sign symmetries are not used: that of a sigmoid moves biases as well (and fails at padded borders), and batch
 * normalisation cancels the sign of what it normalises if its scale changes too, which starts at 1 and stays positive in practice.
 */
export function signFlips(
  { layers }: Architecture,
  groups: readonly PermutationGroup[],
  activations: Iterable<Activation>,
): boolean[] {
  const odd = Array.from(activations).every((activation) => ODD.includes(activation));
  const flips = groups.map(() => true);
  const made = new Map(groups.flatMap(({ out }, g) => out.map(({ tensor }) => [tensor, g] as const)));

  /** Follows a value through a list of layers. group: of its units, undefined for input channels and classes. */
  const walk = (list: readonly LayerSpec[], path: string, group: number | undefined): number | undefined => {
    let units = group;
    for (const [i, layer] of list.entries()) {
      const place = `${path}.${i}`;
      switch (layer.type) {
        case "conv2d":
        case "linear":
          units = made.get(`${place}.weight`);
          break;
        case "residual":
          walk(layer.shortcut, `${place}.shortcut`, units);
          units = walk(layer.body, `${place}.body`, units);
          break;
        case "maxpool2d":
          if (units !== undefined) flips[units] = false;
          break;
        case "activation":
          if (units !== undefined && !(layer.kind === undefined ? odd : ODD.includes(layer.kind))) flips[units] = false;
          break;
        default:
      }
    }
    return units;
  };
  walk(layers, "layers", undefined);
  return flips;
}
