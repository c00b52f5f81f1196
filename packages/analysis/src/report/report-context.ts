import type { Analysis } from "../node/analysis.ts";
import type { Section } from "./figure.ts";

/** A zoo of the report. */
export interface ReportZoo {
  /** "" where the report has one zoo, else "a", "b", .. */
  key: string;
  /** Its name in titles; one of its kind. */
  name: string;
  /** What stands for it in commands: the last part of its path, or its address. */
  folder: string;
  analysis: Analysis;
  /** Of an unfinished zoo: what part of it this is. */
  unfinished?: string;
}

/** What a section is made of. */
export interface ReportContext {
  /** One or more. */
  zoos: readonly ReportZoo[];
  signal: AbortSignal;
}

/** Makes a section; null where these zoos give nothing to show. */
export type SectionMaker = (context: ReportContext) => Promise<Section | null>;

/** An id that is one of its kind on a page with several zoos: "accuracy", or "a-accuracy". */
export const idFor = ({ key }: Pick<ReportZoo, "key">, id: string): string => (key === "" ? id : `${key}-${id}`);

/** The anchor of a model's row. */
export const modelAnchor = (zoo: Pick<ReportZoo, "key">, model: number): string => idFor(zoo, `model-${model}`);

/** A title that says which zoo, where there are several. */
export const titleFor = ({ key, name }: Pick<ReportZoo, "key" | "name">, title: string): string =>
  key === "" ? title : `${title}: ${name}`;
