import type { ResultTable } from "../results/result.ts";

/** One picture of the report, and all that makes it more than a picture. */
export interface Figure {
  /** a-z, 0-9 and "-"; one of its kind on the page. Its anchor, and the name of its files. */
  id: string;
  /** A few words, without a full stop. */
  title: string;
  /** One sentence on how to read it. */
  howToRead: string;
  /** One sentence on what it shows of this zoo, with numbers; it is what a screen reader says first. */
  says: string;
  /** The command that gives its numbers: `zoo-analysis summary usps-seed`. */
  command: string;
  /** SVG, from `chart`: drawn twice, for wide and for narrow columns, so that text keeps its size. */
  draw: (width: number) => string;
  /** The numbers behind the picture. */
  table: ResultTable;
  /** Neighbours with the same row stand side by side where there is room: the same figure of several zoos. */
  row?: string;
}

/** A chapter of the report. Text is `Prose`. */
export interface Section {
  /** a-z, 0-9 and "-"; one of its kind on the page. */
  id: string;
  title: string;
  paragraphs: readonly string[];
  /** Tables that are read, not looked up: shown before the figures. */
  tables?: readonly ShownTable[];
  figures: readonly Figure[];
  /** What the numbers depend on: `Result.definitions`. Shown at the end, smaller. */
  definitions?: readonly string[];
}

/** A table of the page. */
export interface ShownTable extends ResultTable {
  /** The anchor of a row, by its index; none unless given. */
  anchor?: (row: number) => string;
  /** Whether the readers can sort it by a click on a column. */
  sortable?: boolean;
  /** Facts to read: its words are broken where they must be, and it is shown whole. */
  facts?: boolean;
  /** Columns whose numbers are names or settings, shown as they are: 2250, 0.0001. */
  exact?: readonly string[];
  /** Where a cell leads: an anchor of this page, or none. */
  link?: (row: number, column: number) => string | undefined;
}

/**
 * Text of the report: plain, with two notations. `words` in backticks are shown as code, and [words](#anchor) lead to
 * another place of this page. Nothing else is read: what a zoo says of itself cannot become markup.
 */
export type Prose = string;

/** Columns narrower than this get the narrow drawing. */
export const NARROW = 360;
export const WIDE = 720;
