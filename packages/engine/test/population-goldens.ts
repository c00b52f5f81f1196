/** What PyTorch answers to the questions of a population. Format: `fixtures/README.md`. */
import type { Activation } from "@zoo/format";
import { ELEMENTS, PROBES } from "./golden-inputs.ts";
import type { GoldenTensor, goldenNames } from "./goldens.ts";
import { readSafetensors } from "./support/safetensors.ts";

export const questions = [
  "logits",
  "activations",
  "weight_gradients",
  "image_gradients",
  "weight_gradients_of_cotangents",
  "image_gradients_of_cotangents",
  "hessian_vector_product",
] as const;
export type Question = (typeof questions)[number];

/** Reads `fixtures/population-goldens/<name>.safetensors`: the tensors of one answer, whose shapes are `shapes`. */
export function loadPopulationGoldens(name: (typeof goldenNames)[number]) {
  const file = readSafetensors(new URL(`./fixtures/population-goldens/${name}.safetensors`, import.meta.url));
  const { activations } = file.metadata as { activations: Activation[] };
  return {
    activations,
    answer(activation: Activation, question: Question, shapes: readonly number[][]): GoldenTensor[] {
      return shapes.map((shape, t) => {
        const row = activations.indexOf(activation) * shapes.length + t;
        const [norm, ...values] = file.row(question, row, 1 + PROBES + ELEMENTS);
        const [float32Worst] = file.row(`${question}_float32_error`, row, 1);
        return {
          name: `${question} ${t}`,
          shape,
          norm,
          probes: Float64Array.from(values.slice(0, PROBES)),
          elements: Float64Array.from(values.slice(PROBES)),
          float32Error: float32Worst,
          float32Worst,
        };
      });
    },
  };
}
