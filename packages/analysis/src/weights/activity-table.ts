import type { Cell } from "@zoo/format";
import { word } from "../results/columns.ts";
import type { ResultTable } from "../results/result.ts";
import type { UnitActivity } from "./unit-activity.ts";

/** Activity of every model in one activation layer at one epoch; arrays [M]. */
export interface LayerActivity extends UnitActivity {
  /** Path of the activation layer: "layers.2". */
  layer: string;
  /** Channels or features of one model. */
  units: number;
  epoch: number;
}

/** Shares of units that do nothing on images; a row per activation layer and epoch. */
export function activityTable(layers: readonly LayerActivity[]): ResultTable {
  const rows = layers.map(({ layer, units, epoch, constant, zero, saturated }): Cell[] => {
    const mean = (counts: ArrayLike<number>): number => {
      const defined = Array.from(counts).filter((count) => !Number.isNaN(count));
      return defined.reduce((a, b) => a + b, 0) / (defined.length * units);
    };
    return [
      epoch,
      layer,
      units,
      mean(constant),
      mean(zero),
      constant.filter((count) => count > 0).length,
      mean(saturated),
      saturated.filter((count) => count > 0).length,
    ];
  });
  const share = (name: string, description: string) =>
    ({ name, type: "DOUBLE", description, unit: "fraction" }) as const;
  const whole = (name: string, description: string) => ({ name, type: "INT32", description }) as const;
  return {
    name: "unit_activity",
    caption: "Hidden units that give the same for every image, and saturated ones",
    columns: [
      whole("epoch", "stored epoch"),
      word("layer", "the activation layer"),
      whole("units", "units of one model"),
      share("constant", "mean share of units that give the same for every image"),
      share("zero", "mean share of units that give 0 for every image"),
      whole("models_constant", "models with a constant unit"),
      share("saturated", "mean share of saturated units over models with tanh or sigmoid"),
      whole("models_saturated", "models with a saturated unit"),
    ],
    rows,
  };
}
