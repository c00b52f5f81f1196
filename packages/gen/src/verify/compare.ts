import type { Numerics } from "@zoo/engine";
import { type MetricRow, metricNames, type Zoo } from "@zoo/format";

/** The first thing in which a stored model and its retraining differ. */
export interface Difference {
  model: number;
  epoch: number;
  /** "layers.0.weight[17]", "weights", "test_loss". */
  what: string;
  stored: string;
  retrained: string;
}

/** How stored and retrained numbers are compared. */
export interface Comparison {
  /** Bit by bit. */
  exact: boolean;
  /** For messages: "every byte of weights and metrics is the same". */
  says: string;
  weights(zoo: Zoo, model: number, epoch: number, retrained: Float32Array): Promise<Difference | null>;
  metrics(zoo: Zoo, retrained: MetricRow): Promise<Difference | null>;
}

/** Bit by bit where the zoo and the engine compute with the same exact numerics, else within a tolerance. */
export function comparisonFor(zoo: Numerics, engine: Numerics): Comparison {
  return zoo.exact && engine.exact && zoo.name === engine.name ? exact : within;
}

const exact: Comparison = {
  exact: true,
  says: "every byte of weights and metrics is the same",
  async weights(zoo, model, epoch, retrained) {
    const stored = (await zoo.weightsAt(epoch, [model])).data;
    const [a, b] = [bits(stored), bits(retrained)];
    const at = a.findIndex((word, i) => word !== b[i]);
    if (at < 0) return null;
    const tensor = zoo.manifest.layout.tensors.findLast(({ offset }) => offset <= at);
    const show = (value: number, word: number) => `${value} (0x${word.toString(16).padStart(8, "0")})`;
    return {
      model,
      epoch,
      what: `${tensor?.name}[${at - (tensor?.offset ?? 0)}]`,
      stored: show(stored[at], a[at]),
      retrained: show(retrained[at], b[at]),
    };
  },
  async metrics(zoo, row) {
    const stored = (await zoo.metrics()).at(row.model, row.epoch);
    const what = metricNames.find((name) => !Object.is(stored[name], row[name]));
    return what === undefined ? null : difference(row, what, stored[what], row[what]);
  },
};

/**
 * Training amplifies a difference in rounding from step to step, so weights can be held against each other only early:
 * a relative L2 distance of 1e-3 in the first epoch and before it; after it, what the models can do: accuracies within 0.05.
 */
const EARLY_WEIGHTS = 1e-3;
const ACCURACY = 0.05;

const within: Comparison = {
  exact: false,
  says: `weights of epochs 0 and 1 are within ${EARLY_WEIGHTS} (relative L2), all accuracies within ${ACCURACY}`,
  async weights(zoo, model, epoch, retrained) {
    if (epoch > 1) return null;
    const stored = (await zoo.weightsAt(epoch, [model])).data;
    let [distance, norm] = [0, 0];
    for (let d = 0; d < stored.length; d++) {
      distance += (stored[d] - retrained[d]) ** 2;
      norm += stored[d] ** 2;
    }
    const relative = Math.sqrt(distance / Math.max(norm, Number.MIN_VALUE));
    if (relative <= EARLY_WEIGHTS) return null;
    return { model, epoch, what: "weights", stored: "the zoo's", retrained: `a relative L2 distance of ${relative}` };
  },
  async metrics(zoo, row) {
    const stored = (await zoo.metrics()).at(row.model, row.epoch);
    const what = (["train_acc", "val_acc", "test_acc"] as const).find(
      (name) => !(Math.abs(stored[name] - row[name]) <= ACCURACY),
    );
    return what === undefined ? null : difference(row, what, stored[what], row[what]);
  },
};

function difference({ model, epoch }: MetricRow, what: string, stored: number, retrained: number): Difference {
  return { model, epoch, what, stored: `${stored}`, retrained: `${retrained}` };
}

const bits = (values: Float32Array) => new Uint32Array(values.buffer, values.byteOffset, values.length);
