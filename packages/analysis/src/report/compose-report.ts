import { count, plural } from "@zoo/cli";
import type { Section } from "./figure.ts";
import type { Page } from "./page.ts";
import { literal } from "./prose.ts";
import type { ReportContext } from "./report-context.ts";
import { allSections } from "./sections/all-sections.ts";

/** Computes the report of some zoos: a pure function of them, of the selections and of the seeds of their analyses. */
export async function composeReport(
  context: ReportContext,
  version: string,
  progress: (what: string, share: number) => void = () => {},
): Promise<Page> {
  const { zoos, signal } = context;
  const sections: Section[] = [];
  for (const { doing, make } of allSections) {
    signal.throwIfAborted();
    progress(doing, 0); // how far a section is, it says itself
    const section = await make(context);
    if (section !== null) sections.push(section);
  }
  const names = zoos.map(({ name }) => name).join(" and ");
  return {
    title: zoos.length === 1 ? zoos[0].analysis.zoo.manifest.title : `${names}, side by side`,
    lede: zoos.map(({ name, unfinished, analysis: { zoo, selection } }) => {
      const { architecture, dataset, layout, epochs } = zoo.manifest;
      return `${zoos.length === 1 ? "" : `${literal(name)}: `}${plural(selection.models.length, "network")} (${literal(architecture.name)}, ${count(layout.D)} weights) trained on ${literal(dataset.name)} for ${plural(epochs, "epoch")}, with ${plural(zoo.states.length, "state")} of each.${unfinished === undefined ? "" : ` ${unfinished}`}`;
    }),
    sections,
    footer: [
      `Written by zoo-analysis ${version}. The same zoo gives the same bytes of this page. Commands are for a terminal in the folder that holds the zoo.`,
    ],
  };
}
