export * from "./index.ts";
export type { Analysis } from "./node/analysis.ts";
export { askModels } from "./node/ask-models.ts";
