export type { ImageProbe } from "./population/image-probe.ts";
export { probeImages } from "./population/image-probe.ts";
export type { Selection, SelectOptions } from "./population/selection.ts";
export { select } from "./population/selection.ts";
export type { StateBlock } from "./population/state-blocks.ts";
export { stateBlocks } from "./population/state-blocks.ts";
export type { Result, ResultArray, ResultColumn, ResultTable } from "./results/result.ts";
