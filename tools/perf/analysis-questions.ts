/** How large a question is; every count that a contender needs beside the files. */
export interface Sizes {
  /** Columns of weights, cores, images of the agreement. */
  D: number;
  cores: number;
  images: number;
  pairModels: number;
  askedModels: number;
  alignedModels: number;
  similarModels: number;
  similarImages: number;
  curvedModels: number;
  curvedImages: number;
  divergentModels: number;
  divergentImages: number;
  neighbourRows: number;
  /** States of the zoo that are streamed: its first models with all their epochs. */
  states: number;
  zoo: string;
  scale: number;
  shift: number;
}

export interface AnalysisQuestion {
  /** What is asked, at the sizes of this run. */
  title: (sizes: Sizes) => string;
  /** Ways of Python, each in a process of its own; `bench_analysis.py` has them. */
  peers: Record<string, string>;
  /** Ways of ours beside the first, whose results are not compared with the peers'. */
  others?: Record<string, string>;
  /** Largest difference of the results: relative to the largest value, with why. */
  tolerance: number;
  because: string;
}

const rounding = "float32 sums";

/** In the order of the table. A contender's way of the same name as the question's is ours. */
export const analysisQuestions: Record<string, AnalysisQuestion> = {
  pairs: {
    title: ({ pairModels, D }) => `L2 and cosine distances of all pairs of ${pairModels} models x ${D}`,
    peers: {
      gram: "NumPy, one float32 matrix product, which cancels where models are close",
      sklearn: "scikit-learn `euclidean_distances` and `cosine_distances`",
      pdist: "SciPy `pdist`, float64",
    },
    tolerance: 1e-5,
    because: "float32 sums; scikit-learn's cosine",
  },
  agreement: {
    title: ({ askedModels, images }) => `agreement of all pairs of ${askedModels} models on ${images} images`,
    peers: { torch: "PyTorch, the fastest of one by one and vmap; counts by class or by row" },
    tolerance: 2e-3,
    because: "answers at ties of logits",
  },
  pca: {
    title: ({ states }) => `50 components of ${states} states on disk, the coordinates of all included`,
    peers: {
      streamed: "NumPy, covariance of blocks and `eigh`; coordinates in a second pass",
      incremental: "scikit-learn `IncrementalPCA`, which is approximate",
      covariance: "scikit-learn `PCA` covariance_eigh, all in memory",
      randomized: "scikit-learn `PCA` randomized, all in memory, approximate",
    },
    tolerance: 1e-5,
    because: "the leading 10 variances; float32 sums",
  },
  similarity: {
    title: ({ similarModels, similarImages }) =>
      `debiased linear CKA of all pairs of ${similarModels} models, ${similarImages} images x 20 features, forward included`,
    peers: { torch: "PyTorch, one matrix product" },
    tolerance: 1e-4,
    because: rounding,
  },
  alignment: {
    title: ({ alignedModels }) => `alignment of ${alignedModels} models to one, from the identity`,
    peers: {
      scipy: "SciPy `linear_sum_assignment`",
      pool: "the same in a process a core",
    },
    others: { incoming: "start by incoming weights (our default)" },
    tolerance: 1e-5,
    because: `distances; ${rounding}`,
  },
  curvature: {
    title: ({ curvedModels, curvedImages }) =>
      `5 largest Hessian eigenvalues of ${curvedModels} models, ${curvedImages} images, bounds below 1e-3 of the largest`,
    peers: {
      vmap: "PyTorch, batched Lanczos on `jvp` of `grad`, the fastest of 8, 16 and 64 models at once",
      eigsh: "SciPy `eigsh` on PyTorch's double backward, 4 models, scaled",
    },
    tolerance: 5e-3,
    because: "the bounds",
  },
  statistics: {
    title: ({ states }) => `s(W) of ${states} states on disk`,
    peers: {
      percentile: "NumPy `percentile`, a process a core",
      sorted: "NumPy `sort`, quantiles by hand, a process a core",
    },
    tolerance: 1e-5,
    because: "float32 means of NumPy",
  },
  divergence: {
    title: ({ divergentModels, divergentImages }) =>
      `Jensen-Shannon distances of all pairs of ${divergentModels} models, ${divergentImages} images x 10 classes`,
    peers: { numpy: "NumPy, float64", torch: "PyTorch, float32" },
    tolerance: 2e-4,
    because: "float32 entropies of PyTorch",
  },
  neighbours: {
    title: ({ neighbourRows }) => `intrinsic dimension (TwoNN) of ${neighbourRows} models`,
    peers: { sklearn: "scikit-learn `NearestNeighbors` brute, float64" },
    tolerance: 1e-4,
    because: rounding,
  },
};

export const analysisSizes = {
  images: 10_000,
  pairModels: 2000,
  askedModels: 1000,
  alignedModels: 1000,
  similarModels: 200,
  similarImages: 512,
  curvedModels: 64,
  curvedImages: 512,
  divergentModels: 200,
  divergentImages: 1000,
  neighbourRows: 2000,
  states: 51_000,
} as const;
