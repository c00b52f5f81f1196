import { describe, expect, test } from "vitest";
import { cleanSvg, scopeIds, tip } from "../../src/report/clean-svg.ts";

describe("a drawing of Plot", () => {
  test("keeps a tenth of a pixel, in positions alone", () => {
    const svg = '<path d="M40,160.625L125.04,-0.02" stroke-opacity="0.125"/><text y="0.32em">1.625</text>';
    expect(cleanSvg(svg)).toBe('<path d="M40,160.6L125,0" stroke-opacity="0.125"/><text y="0.3em">1.625</text>');
  });

  test("gives a mark's title to the page's script, with the anchor that it leads to", () => {
    const title = tip('model 7: "90 %"', "model-7");
    expect(cleanSvg(`<circle r="3"><title>${title}</title></circle><circle><title>plain</title></circle>`)).toBe(
      '<circle r="3" data-t="model 7: &quot;90 %&quot;" data-to="model-7"/><circle data-t="plain"/>',
    );
  });

  test("has ids that do not depend on what was drawn before, and on a page those of its figure", () => {
    const drawn = (n: number): string =>
      cleanSvg(
        `<clipPath id="plot-clip-${n}"/><g clip-path="url(#plot-clip-${n})"/><clipPath id="plot-clip-${n + 1}"/>`,
      );
    expect(drawn(1)).toBe(drawn(41));
    expect(scopeIds(drawn(1), "gap-wide")).toBe(
      '<clipPath id="gap-wide-part-1"/><g clip-path="url(#gap-wide-part-1)"/><clipPath id="gap-wide-part-2"/>',
    );
  });

  test("loses its style sheet and the labels of its parts: the figure has one for all", () => {
    expect(cleanSvg('<style>a { b: c }</style><g aria-label="dot" aria-hidden="true"/>')).toBe("<g/>");
  });
});
