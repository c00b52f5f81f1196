/** 1,000,000 models of CNN-s: a grid of 100,000 combinations with 10 drawn seeds each. */
export const millionRecipe = {
  name: "bench",
  title: "Bench",
  dataset: "mnist",
  architecture: "cnn-s-1ch",
  epochs: 50,
  batch_size: 10,
  seeds: { draw: { count: 10, below: 1_000_000, drawn_from: 1 } },
  fixed: { momentum: 0.9 },
  grid: {
    activation: ["tanh", "relu", "sigmoid", "gelu", "silu"],
    init: ["uniform", "normal", "kaiming_uniform", "kaiming_normal"],
    dropout: values(10),
    optimizer: ["adam", "sgd"],
    lr: values(25),
    weight_decay: values(10),
  },
  models_split: { train: 0.7, val: 0.15, test: 0.15, seed: 42 },
};

/** That many values in steps of the same size, the last 0.1. */
function values(count: number): number[] {
  return Array.from({ length: count }, (_, i) => (i + 1) / (10 * count));
}
