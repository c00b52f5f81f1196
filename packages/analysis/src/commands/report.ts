import { basename, resolve } from "node:path";
import { bytes, plural, printable, untilStopped } from "@zoo/cli";
import { ZooError } from "@zoo/format";
import { checkFolderPlace } from "@zoo/format/node";
import type { Command } from "commander";
import { partialOption, withProgress } from "../cli/analysis-command.ts";
import { type MachineFlags, machineOptions } from "../cli/machine-options.ts";
import { type OpenedAnalysis, withAnalyses } from "../cli/open-analyses.ts";
import type { World } from "../cli/world.ts";
import { composeReport } from "../report/compose-report.ts";
import { writeFigures } from "../report/figure-files.ts";
import { pageHtml } from "../report/page.ts";
import type { ReportZoo } from "../report/report-context.ts";
import { checkReportPlace, writeReport } from "../report/write-report.ts";

interface Flags extends MachineFlags {
  out: string;
  figures?: string;
  where?: string;
  epochs?: string;
  partial?: boolean;
}

const MOST_ZOOS = 4;

/** Adds `report`. */
export function addReportCommand(program: Command, world: World, done: (code: number) => void): void {
  const command = program
    .command("report <zoo...>")
    .description("write one page of HTML that shows a zoo, or some side by side; it opens without a network")
    .requiredOption("--out <file>", "the page: FILE.html; an earlier report there is replaced")
    .option("--figures <dir>", "write every figure as SVG and PNG too")
    .option("--where <conditions>", "only models for which they hold: lr = 0.001 & test_acc@25 >= 0.5")
    .option("--epochs <list>", "stored epochs: 0,5,10-20,last (default: what each section needs)")
    .option(...partialOption);
  machineOptions(command).action(async (paths: string[], flags: Flags) => {
    done(await report(paths, flags, world));
  });
}

async function report(paths: readonly string[], flags: Flags, world: World): Promise<number> {
  if (paths.length > MOST_ZOOS) {
    const message = `a report shows at most ${MOST_ZOOS} zoos side by side, got ${paths.length}`;
    throw new ZooError("misuse", message, { option: "<zoo...>", value: paths.join(" ") });
  }
  return await untilStopped(world, async (signal) => {
    await checkReportPlace(flags.out);
    if (flags.figures !== undefined) await checkFolderPlace(flags.figures);
    const parts = paths.map((path) => ({ path, where: flags.where, epochs: flags.epochs }));
    const size = await withProgress(world, async (progress) => {
      return await withAnalyses(parts, flags, { signal, progress }, world, async (opened) => {
        const page = await composeReport({ zoos: reportZoos(opened), signal }, world.maker.version, progress);
        progress("drawing", 0);
        const html = pageHtml(page);
        if (flags.figures !== undefined) {
          const figures = page.sections.flatMap((section) => section.figures);
          await writeFigures(flags.figures, figures, signal);
        }
        await writeReport(flags.out, html);
        return Buffer.byteLength(html);
      });
    });
    world.stdout.write(`${printable(flags.out)}: the report of ${plural(paths.length, "zoo")}, ${bytes(size)}\n`);
    return 0;
  });
}

function reportZoos(opened: readonly OpenedAnalysis[]): ReportZoo[] {
  const folders = opened.map(({ analysis: { path } }) => (/^https?:/i.test(path) ? path : basename(resolve(path))));
  const distinct = new Set(folders).size === folders.length;
  return opened.map((one, i) => {
    const key = opened.length === 1 ? "" : String.fromCharCode("a".charCodeAt(0) + i);
    const folder = folders[i];
    return { ...one, key, folder, name: distinct ? folder : `${folder} (${key})` };
  });
}
