export { type AnswerPairs, countAnswers } from "./behaviour/answer-pairs.ts";
export { type Estimator, linearVector, type RbfOptions, rbfVector } from "./behaviour/centred-kernels.ts";
export { rankVector } from "./behaviour/dissimilarity-ranks.ts";
export { type ImageDistances, imageDistances, LEAST_SPREAD, medianDistance } from "./behaviour/image-distances.ts";
export { jensenShannonDistances } from "./behaviour/jensen-shannon.ts";
export { neighbourBytes, sharedNeighbours } from "./behaviour/neighbours.ts";
export {
  type AgainstAccuracy,
  agreementAgainstAccuracy,
  type Histogram,
  oddestModels,
  pairHistogram,
} from "./behaviour/pair-figures.ts";
export { countsOf, measurePairs, type PairCounts, type PairMeasure, pairMeasures } from "./behaviour/pair-measures.ts";
export { probabilities } from "./behaviour/probabilities.ts";
export { alignable, procrustesSimilarities } from "./behaviour/procrustes.ts";
export { type SimilarityName, type SimilarityOptions, similarityNames } from "./behaviour/similarities.ts";
export {
  type FeatureSource,
  type MatricesOptions,
  type SimilarityMatrices,
  similarityMatrices,
} from "./behaviour/similarity-matrices.ts";
export { type Comparability, comparability } from "./comparison/comparability.ts";
export {
  type CompareMetricsOptions,
  compareMetrics,
  type MeasuredModels,
  metricQuantities,
} from "./comparison/compare-metrics.ts";
export {
  type ComparePairsOptions,
  comparePairs,
  type PairComparison,
  type PairEstimate,
} from "./comparison/compare-pairs.ts";
export { compareQuantities, type GroupOptions, type Quantity, sharedGroups } from "./comparison/compare-quantities.ts";
export {
  type CompareOptions,
  compareSamples,
  type SampleComparison,
  type SampleSummary,
} from "./comparison/compare-samples.ts";
export { effectTable, type NamedComparison, sampleTable, testTable } from "./comparison/comparison-tables.ts";
export { type ModelPairs, modelPairs, type PairedZoo } from "./comparison/model-pairs.ts";
export { type MeasuredPairs, pairComparisonTable } from "./comparison/pair-comparison-table.ts";
export { type PairedTableOptions, pairedTable } from "./comparison/paired-table.ts";
export { type TrajectoryQuantitiesOptions, trajectoryQuantities } from "./comparison/trajectory-quantities.ts";
export { type WeightQuantitiesOptions, weightQuantities } from "./comparison/weight-quantities.ts";
export { type Neighbours, nearestNeighbours } from "./dimension/nearest-neighbours.ts";
export { effectiveRank, participationRatio } from "./dimension/participation-ratio.ts";
export {
  type PopulationDimension,
  populationDimensions,
  rowsParticipationRatio,
  trajectoryDimensions,
} from "./dimension/population-dimension.ts";
export { type PcaOptions, type PrincipalComponents, principalComponents } from "./dimension/principal-components.ts";
export { arrayRows, type RowBlock, type RowSource, stateRows } from "./dimension/row-source.ts";
export { type Estimate } from "./dimension/second-moment.ts";
export {
  type IntrinsicDimension,
  type NeighbourRatios,
  neighbourRatios,
  twoNn,
  twoNnFit,
  twoNnLikelihood,
} from "./dimension/two-nn.ts";
export {
  analyseHyperparameters,
  type HyperparameterEffects,
  type ImportanceByEpoch,
  importanceByEpoch,
} from "./hyperparameters/analyse.ts";
export { anova } from "./hyperparameters/anova.ts";
export { type Design, designOf, type Factor, type SeedRole } from "./hyperparameters/design.ts";
export {
  combinationTable,
  importanceByEpochTable,
  importanceTable,
  levelTable,
  pairTable,
  varianceTable,
} from "./hyperparameters/effect-tables.ts";
export { type CombinationMean, type LevelMean, type PairMean } from "./hyperparameters/effects.ts";
export { factorialAnova } from "./hyperparameters/factorial-anova.ts";
export { leastSquaresAnova } from "./hyperparameters/least-squares-anova.ts";
export { type Anova, type Importance, type VarianceTerm } from "./hyperparameters/variance.ts";
export { type BezierOptions, trainBends } from "./landscape/bezier.ts";
export { type Connectivity, connectivity } from "./landscape/connectivity.ts";
export {
  filterNormalisedDirection,
  type OtherWeights,
  type Plane,
  type PrincipalDirections,
  planeThrough,
  principalDirections,
} from "./landscape/directions.ts";
export { type EigenvalueOptions, type ExtremeEigenvalues, extremeEigenvalues } from "./landscape/eigenvalues.ts";
export { engineSurface, type LossSurface } from "./landscape/loss-surface.ts";
export { hessians, type SymmetricOperators } from "./landscape/operators.ts";
export { evaluatePaths, type Path, type PathMeasures, pointOnPath } from "./landscape/paths.ts";
export { type Phase, type PhaseEvidence, type PhaseThresholds, phaseOf, phaseThresholds } from "./landscape/phases.ts";
export { axesAround, axis, evaluateSlices, pointOfSlice, type Slice } from "./landscape/slices.ts";
export {
  densityGrid,
  type QuadratureOptions,
  type SpectralQuadrature,
  spectralDensity,
  spectralQuadrature,
} from "./landscape/spectral-density.ts";
export { hutchPlusPlus, type TraceEstimate, type TraceOptions } from "./landscape/trace.ts";
export { type Embedding, type EmbeddingOptions, embedStates, type StateMap } from "./maps/embedding.ts";
export { type MapQuality, mapQuality } from "./maps/map-quality.ts";
export { umapMap } from "./maps/umap-map.ts";
export { umapPresets } from "./maps/umap-presets.ts";
export { type Baseline, baselineOf } from "./performance/baseline.ts";
export { courseTable, modelTable, orderByBest } from "./performance/course-tables.ts";
export { failureTable } from "./performance/failure-table.ts";
export { type Failures, failuresOf } from "./performance/failures.ts";
export { groupingColumns, groupModels, type ModelGroup, valueOf } from "./performance/group-models.ts";
export { type MetricBand, metricBands } from "./performance/metric-bands.ts";
export { atEpoch, type MetricMatrix, metricMatrix, metricsOf } from "./performance/metric-matrix.ts";
export { bandsTable, performanceTable } from "./performance/performance-tables.ts";
export { type Performance, type PerformanceOptions, summarisePerformance } from "./performance/summarise.ts";
export { type TrainingCourse, trainingCourses } from "./performance/training-course.ts";
export { type ImageProbe, probeImages } from "./population/image-probe.ts";
export { type Selection, type SelectOptions, select } from "./population/selection.ts";
export { sharedDoubles, sharedFloats } from "./population/shared-memory.ts";
export { type StateBlock, stateBlocks } from "./population/state-blocks.ts";
export { type Result, type ResultArray, type ResultColumn, type ResultTable } from "./results/result.ts";
export { type BootstrapOptions, bootstrapInterval, bootstrapIntervals, type Interval } from "./statistics/bootstrap.ts";
export {
  fisherUpper,
  kolmogorovUpper,
  normalQuantile,
  normalUpper,
  studentQuantile,
  studentTwoSided,
} from "./statistics/distributions.ts";
export { cliffsDelta, cohensD, hedgesG } from "./statistics/effect-sizes.ts";
export { holm } from "./statistics/holm.ts";
export { type KolmogorovSmirnovTest, kolmogorovSmirnovTest } from "./statistics/kolmogorov-smirnov.ts";
export { type MannWhitneyTest, mannWhitneyTest } from "./statistics/mann-whitney.ts";
export { mean, standardDeviation, variance } from "./statistics/moments.ts";
export { meanOfEach, type PairSummary, pairValues, summarisePairs } from "./statistics/pair-statistics.ts";
export { type PairedTests, pairedTests, type SignedRankTest, signedRankTest } from "./statistics/paired-tests.ts";
export { type PermutationOptions, type PermutationTest, permutationTest } from "./statistics/permutation-test.ts";
export { quantile, quantilesOf, sortedNumbers } from "./statistics/quantiles.ts";
export { evenSample, randomSample, samplePlaces } from "./statistics/samples.ts";
export { type WelchTest, welchTest } from "./statistics/welch-test.ts";
export { type CheckpointClusters, checkpointClusters } from "./trajectories/checkpoint-clusters.ts";
export { adjustedRandIndex, purity } from "./trajectories/cluster-agreement.ts";
export {
  type Bracket,
  brackets,
  type ClusterTree,
  clusterTree,
  cutTree,
  type Linkage,
  linkages,
  type Merge,
} from "./trajectories/cluster-tree.ts";
export { type SeriesShape, seriesShape } from "./trajectories/loss-along.ts";
export { type StepGeometry, TrajectoryFollower } from "./trajectories/trajectory-follower.ts";
export { lengthsPerEpoch, type TrajectoryShape, trajectoryShape } from "./trajectories/trajectory-shape.ts";
export { type TrajectorySteps, trajectorySteps } from "./trajectories/trajectory-steps.ts";
export { type TrajectoryBands, trajectoryBands } from "./trajectories/trajectory-tables.ts";
export { type WithinBetween, withinBetween } from "./trajectories/within-between.ts";
export { Aligner, type Alignment, type AlignOptions, align } from "./weight-space/align.ts";
export {
  type AlignedDistances,
  alignedDistances,
  alignedDistancesBetween,
  alignToReference,
  type ReferenceAlignment,
} from "./weight-space/aligned-distances.ts";
export { Aligners, type AlignersOptions } from "./weight-space/aligners.ts";
export { LinearAssignment } from "./weight-space/linear-assignment.ts";
export { type NearestNetwork, nearestModuloSymmetry, nearestOfMatrix } from "./weight-space/nearest-network.ts";
export { type NetworkList } from "./weight-space/network-list.ts";
export {
  cosineFromDistances,
  type PairDistances,
  pairDistances,
  relativeDistances,
} from "./weight-space/pair-distances.ts";
export { signFlips } from "./weight-space/sign-flips.ts";
export {
  applySymmetry,
  applyToBuffers,
  compose,
  identitySymmetry,
  invert,
  permutationOf,
  randomSymmetry,
  type Symmetry,
} from "./weight-space/symmetry.ts";
export { SymmetrySignature, signatureDistance } from "./weight-space/symmetry-bound.ts";
export {
  type SymmetryGroup,
  type SymmetryOptions,
  sweepCost,
  symmetriesOf,
  type WeightSymmetries,
} from "./weight-space/symmetry-groups.ts";
export { type WeightPart, weightParts } from "./weight-space/weight-parts.ts";
export { type LayerActivity } from "./weights/activity-table.ts";
export { type DeadByWeights, deadByWeights, type Runs, type UnitGroup, unitGroups } from "./weights/dead-units.ts";
export { type ModelBand, modelBand, modelBands } from "./weights/model-bands.ts";
export {
  type ActivationLayer,
  ActivityMeter,
  type ActivityRule,
  activationLayers,
  activityRule,
  type UnitActivity,
  whyNoActivity,
} from "./weights/unit-activity.ts";
export { type WeightNorms, weightNorms } from "./weights/weight-norms.ts";
export {
  type StatisticsBlock,
  type WeightStatistics,
  weightStatisticBlocks,
  weightStatisticNames,
  weightStatistics,
} from "./weights/weight-statistics.ts";
export { type WeightSurvey, weightSurvey } from "./weights/weight-survey.ts";
