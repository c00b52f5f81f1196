export { askAll, type PieceAnswer } from "./executor/ask-all.ts";
export { type Executor, Stopped } from "./executor/executor.ts";
export { groupSize } from "./executor/group-size.ts";
export { type ExecutorOptions, executorInThread, openExecutor } from "./executor/open-executor.ts";
export type { Answers, PopulationQuery, Question } from "./executor/questions.ts";
export { type EpochResult, type EpochTask, Trainer } from "./executor/training.ts";
export * from "./index.ts";
export {
  type EngineName,
  type EngineProbe,
  engineNames,
  type LoadOptions,
  loadEngine,
  loadNativeKernels,
  loadWasmKernels,
  probeEngines,
} from "./load-engine.ts";
export { type Compiler, findCompiler, findVectors, type Vectors } from "./native/compiler.ts";
