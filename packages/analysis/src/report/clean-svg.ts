/** Separates what a tip says from the anchor that a click leads to. */
const TO = "\u0001";

/** For the `title` of a mark: what is said on hover and on focus, and the anchor that a click leads to, if there is one. */
export const tip = (text: string, anchor = ""): string => (anchor === "" ? text : `${text}${TO}${anchor}`);

const TITLED = /<(circle|path|rect|line)\b([^>]*)><title>([^<]*)<\/title><\/\1>/g;
const POSITION = / (d|x|y|x1|x2|y1|y2|cx|cy|width|height|transform|points)="([^"]*)"/g;

/**
 * A drawing of Observable Plot as the page takes it: a tenth of a pixel is the smallest length, the page's script says
 * the titles (`data-t`) and follows their anchors (`data-to`), and nothing in it depends on what was drawn before.
 */
export function cleanSvg(svg: string): string {
  const ids = new Map<string, string>();
  return svg
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replace(TITLED, (_, tag: string, attributes: string, title: string) => {
      const [text, to] = title.split(TO);
      return `<${tag}${attributes} data-t="${text.replaceAll('"', "&quot;")}"${to === undefined ? "" : ` data-to="${to}"`}/>`;
    })
    .replace(POSITION, (_, name: string, value: string) => ` ${name}="${value.replace(/-?\d+\.\d+/g, rounded)}"`)
    .replace(/\bplot-[a-z]+-\d+\b/g, (id) => {
      if (!ids.has(id)) ids.set(id, `part-${ids.size + 1}`);
      return ids.get(id) as string;
    })
    .replace(/ aria-(label|hidden)="[^"]*"/g, "");
}

/** The same with the ids of its parts under `prefix`, because ids of a page are one of their kind. */
export function scopeIds(svg: string, prefix: string): string {
  return svg.replace(/(id="|url\(#|href="#)(part-\d+)/g, (_, before: string, id: string) => `${before}${prefix}-${id}`);
}

function rounded(number: string): string {
  const short = String(Math.round(Number(number) * 10) / 10);
  return short === "-0" ? "0" : short;
}
