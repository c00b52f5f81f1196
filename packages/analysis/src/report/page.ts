import { readFileSync } from "node:fs";
import { scopeIds } from "./clean-svg.ts";
import { type Figure, NARROW, type Section, WIDE } from "./figure.ts";
import { htmlTable } from "./html-table.ts";
import { figureColors } from "./palette.ts";
import { escapeHtml, proseHtml } from "./prose.ts";

export interface Page {
  title: string;
  /** A sentence or two below the title. Prose. */
  lede: readonly string[];
  sections: readonly Section[];
  /** Prose. */
  footer: readonly string[];
}

/** Every report begins so: what this says is ours to replace. */
export const FIRST_BYTES = '<!doctype html>\n<html lang="en" data-made-by="zoo-analysis report">\n';

const asset = (name: string): string => readFileSync(new URL(`../../assets/${name}`, import.meta.url), "utf8");

/** No address is allowed, so that nothing can be asked of a network, whatever the page holds. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/** One page of HTML that needs nothing else. A pure function of `page`. */
export function pageHtml({ title, lede, sections, footer }: Page): string {
  let number = 0;
  const chapters = sections.map((section) => sectionHtml(section, () => ++number));
  const contents = sections.map(({ id, title }) => `<li><a href="#${id}">${escapeHtml(title)}</a></li>`).join("\n");
  return `${FIRST_BYTES}<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>
${themes()}
${asset("report.css")}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the report</a>
<header>
<p class="kind">Model zoo report</p>
<h1>${escapeHtml(title)}</h1>
${lede.map((text) => `<p class="lede">${proseHtml(text)}</p>`).join("\n")}
<button type="button" id="theme" hidden>Dark page</button>
</header>
<div class="columns">
<nav aria-label="Contents">
<h2>Contents</h2>
<ol>
${contents}
</ol>
</nav>
<main id="main" tabindex="-1">
${chapters.join("\n")}
</main>
</div>
<footer>
${footer.map((text) => `<p>${proseHtml(text)}</p>`).join("\n")}
</footer>
<div id="tip" role="status" aria-live="polite" hidden></div>
<script>
${asset("report.js")}</script>
</body>
</html>
`;
}

function themes(): string {
  const declared = (theme: "light" | "dark"): string =>
    Object.entries(figureColors(theme))
      .map(([name, color]) => `${name}:${color}`)
      .join(";");
  return `:root{${declared("light")}}
@media screen and (prefers-color-scheme:dark){:root:not([data-theme=light]){${declared("dark")}}}
@media screen{:root[data-theme=dark]{${declared("dark")}}}`;
}

function sectionHtml(
  { id, title, paragraphs, tables = [], figures, definitions = [] }: Section,
  next: () => number,
): string {
  const parts = [
    `<section id="${id}" aria-labelledby="${id}-title">`,
    `<h2 id="${id}-title">${escapeHtml(title)}</h2>`,
    ...paragraphs.map((text) => `<p>${proseHtml(text)}</p>`),
    ...tables.map(htmlTable),
    ...rows(figures).map((row) =>
      row.length === 1
        ? figureHtml(row[0], next())
        : `<div class="row">\n${row.map((figure) => figureHtml(figure, next())).join("\n")}\n</div>`,
    ),
  ];
  if (definitions.length > 0) {
    const items = definitions.map((text) => `<li>${proseHtml(text)}</li>`).join("\n");
    parts.push(
      `<aside class="definitions" aria-label="What these numbers depend on">\n<ul>\n${items}\n</ul>\n</aside>`,
    );
  }
  return `${parts.join("\n")}\n</section>`;
}

function rows(figures: readonly Figure[]): Figure[][] {
  const found: Figure[][] = [];
  for (const figure of figures) {
    const last = found.at(-1);
    if (figure.row !== undefined && last?.[0].row === figure.row) last.push(figure);
    else found.push([figure]);
  }
  return found;
}

function figureHtml({ id, title, howToRead, says, command, draw, table }: Figure, number: number): string {
  const label = escapeHtml(`${title}. ${says}`);
  const drawings = [
    ["wide", WIDE],
    ["narrow", NARROW],
  ] as const;
  const svgs = drawings.map(([name, width]) => {
    const svg = scopeIds(draw(width), `${id}-${name}`);
    return svg.replace("<svg ", `<svg role="img" tabindex="0" aria-label="${label}" data-size="${name}" `);
  });
  return `<figure id="${id}">
<h3>${escapeHtml(title)}</h3>
<div class="drawing">${svgs.join("\n")}</div>
<figcaption><p><b>Figure ${number}.</b> ${proseHtml(says)} <span class="how">${proseHtml(howToRead)}</span></p>
<p class="command"><code>${escapeHtml(command)}</code></p>
<details><summary>Numbers of figure ${number}</summary>
${htmlTable(table)}
</details></figcaption>
</figure>`;
}
