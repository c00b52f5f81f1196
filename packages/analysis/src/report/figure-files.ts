import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder, replaceFile } from "@zoo/format/node";
import { type Figure, WIDE } from "./figure.ts";
import { withColors } from "./palette.ts";

const FAMILY = "Inter";
const fonts = ["inter-regular.ttf", "inter-bold.ttf"].map((name) =>
  fileURLToPath(new URL(`../../assets/${name}`, import.meta.url)),
);
/** Pixels of a PNG per unit of the drawing. */
const SCALE = 2;

/** A figure as a file of its own: SVG that needs no page, for the light page. */
export function svgFile({ draw, title, says }: Figure): string {
  const escaped = [title, says].map((text) =>
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  );
  const svg = draw(WIDE)
    .replace(/ data-t="([^"]*)"([^>]*?)(?: data-to="[^"]*")?\/>/g, "$2/>")
    .replace(/font-family="[^"]*"/, `font-family="${FAMILY}, system-ui, sans-serif"`)
    .replace(/<svg ([^>]*)>/, (_, attributes: string) => {
      const plain = attributes.replace(/style="[^"]*"/, "").replace('fill="currentColor"', 'fill="var(--ink)"');
      const size = /viewBox="0 0 (\d+(?:\.\d+)?) (\d+(?:\.\d+)?)"/.exec(attributes);
      const page = size === null ? "" : `<rect width="${size[1]}" height="${size[2]}" fill="var(--paper)"/>`;
      return `<svg xmlns="http://www.w3.org/2000/svg" ${plain}><title>${escaped[0]}</title><desc>${escaped[1]}</desc>${page}`;
    })
    .replaceAll("currentColor", "var(--ink)");
  return `${withColors(svg, "light")}\n`;
}

/** Writes `ID.svg` and `ID.png` of each figure into a folder. Throws ZooError `io`. */
export async function writeFigures(folder: string, figures: readonly Figure[], signal: AbortSignal): Promise<void> {
  const { Resvg } = createRequire(import.meta.url)("@resvg/resvg-js") as typeof import("@resvg/resvg-js");
  await makeFolder(folder);
  for (const figure of figures) {
    signal.throwIfAborted();
    const svg = svgFile(figure);
    const png = new Resvg(svg, {
      fitTo: { mode: "zoom", value: SCALE },
      font: { fontFiles: fonts, loadSystemFonts: false, defaultFontFamily: FAMILY, sansSerifFamily: FAMILY },
    }).render();
    await replaceFile(join(folder, `${figure.id}.svg`), [Buffer.from(svg)]);
    await replaceFile(join(folder, `${figure.id}.png`), [png.asPng()]);
  }
}
