import { analysisQuestions } from "./analysis-questions.ts";
import type { AnalysisResults, AnalysisRow } from "./analysis-results.ts";
import type { Summary } from "./statistics.ts";

const seconds = (x: number): string => (x < 10 ? x.toFixed(x < 1 ? 3 : 2) : x.toFixed(0));
const spread = ({ min, median, max }: Summary): string => `${seconds(median)} (${seconds(min)}-${seconds(max)})`;
const times = (x: number): string => `${x.toFixed(x < 10 ? 1 : 0)}x`;

function fastestPeer(rows: readonly AnalysisRow[]): AnalysisRow | undefined {
  return rows.filter(({ by }) => by === "python").sort((a, b) => a.seconds.median - b.seconds.median)[0];
}

function summary({ name, title, rows }: AnalysisResults["questions"][number]): string[] {
  const [ours] = rows;
  const peer = fastestPeer(rows);
  const line = (what: string, a: number, b: number | undefined): string => {
    const compared = b === undefined ? "n/a | n/a" : `${seconds(b)} | ${times(b / a)}`;
    return `| ${what} | ${seconds(a)} | ${compared} | ${peer?.way ?? "none"} | ${ours.peakMiB.toFixed(0)} | ${peer?.peakMiB.toFixed(0) ?? "n/a"} |`;
  };
  const parts = Object.entries(ours.parts).map(([part, { median }]) =>
    line(`${name}: its ${part}`, median, peer?.parts[part]?.median),
  );
  return [line(`${name}: ${title}`, ours.seconds.median, peer?.seconds.median), ...parts];
}

function detail({ name, title, rows }: AnalysisResults["questions"][number]): string {
  const { tolerance, because } = analysisQuestions[name];
  const lines = rows.map(({ by, way, seconds, readyMiB, peakMiB, difference, chosen, about, approximate }) => {
    const extra = Object.entries(about ?? {}).map(([key, value]) => `${value} ${key}`);
    const notes = [...(chosen ? [chosen] : []), ...extra, ...(approximate ? ["approximate"] : [])].join("; ");
    const apart = difference === null ? "" : difference.toExponential(1);
    const who = by === "ours" ? `@zoo/analysis, ${way}` : way;
    return `| ${who} | ${spread(seconds)} | ${readyMiB.toFixed(0)} | ${peakMiB.toFixed(0)} | ${apart} | ${notes} |`;
  });
  return `### ${name}

${title.charAt(0).toUpperCase()}${title.slice(1)}. Results must agree to ${tolerance} of the largest value (${because}).

| by | s | MiB before | MiB at most | difference | notes |
| --- | --- | --- | --- | --- | --- |
${lines.join("\n")}
`;
}

/** The README of the result folder. */
export function renderAnalysis(results: AnalysisResults): string {
  const { machine, software, questions, rounds, cores, load, date, commit, data } = results;
  return `# Speed of analysis beside Python

Command: \`npm run perf:analysis -- --rounds ${rounds} --zoo ZOO\` (writes this page and \`results.json\`). ${date}, commit ${commit}.
Machine: ${machine.cpu}, ${machine.vectors}, ${cores} of ${machine.cores} cores, ${machine.GiB} GiB; ${machine.compiler}. Load of the machine before and after: ${load.map((x) => x.toFixed(1)).join(", ")}.
Software: ${software}. Data: ${data}.

Every question is answered by @zoo/analysis and by the ways of Python in turns, ${rounds} rounds, each in a process of its own, on the same data and with
as many threads or processes as cores. Results are compared in the same run, and a difference beyond the tolerance ends it. Seconds are medians; memory is the largest resident set of the
process (with its children), the inputs and the program itself included. Starting a program, its imports and compiling are not timed; reading a zoo is.

| question | ours, s | Python's fastest, s | ours is faster by | Python's fastest way | ours, MiB | Python, MiB |
| --- | --- | --- | --- | --- | --- | --- |
${questions.flatMap(summary).join("\n")}

## Each question

Seconds: median (lowest-highest).

${questions.map(detail).join("\n")}
## What this does not show

Other machines and GPUs; other sizes and architectures; files that are not in the page cache (the first reading of a disk). Python's ways are the ones that its
libraries offer and the plain ones of our own; with more work on it each might be faster.
`;
}
