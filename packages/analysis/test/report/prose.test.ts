import { expect, test } from "vitest";
import { htmlTable } from "../../src/report/html-table.ts";
import { literal, proseHtml } from "../../src/report/prose.ts";

test("prose knows code and links within the page, and nothing else", () => {
  expect(proseHtml("run `zoo-gen check a&b`, see [model 7](#model-7)")).toBe(
    'run <code>zoo-gen check a&amp;b</code>, see <a href="#model-7">model 7</a>',
  );
  expect(proseHtml("<b>x</b> [out](https://example.org) **y**")).toBe(
    "&lt;b&gt;x&lt;/b&gt; [out](https://example.org) **y**",
  );
});

test("what a zoo says of itself is shown as it is", () => {
  expect(proseHtml(literal("`a` [b](#c)"))).toBe("'a' [b] (#c)");
  expect(proseHtml(literal('"><script>\u001b[31m'))).toBe("&quot;&gt;&lt;script&gt;\\u{1b}[31m");
});

test("a table of HTML has its caption, its heads, names that are no quantities, and n/a for what is undefined", () => {
  const html = htmlTable({
    name: "t",
    caption: "A <table>.",
    columns: [
      { name: "model", type: "INT32", description: "Id" },
      { name: "acc", type: "DOUBLE", unit: "fraction", description: "Accuracy" },
      { name: "n", type: "INT32", description: "How many" },
    ],
    rows: [
      [12345, 0.98765, 12345],
      [7, Number.NaN, 1],
    ],
    sortable: true,
    anchor: (row) => `row-${row}`,
    link: (row, column) => (row === 1 && column === 0 ? "row-0" : undefined),
  });
  expect(html).toContain("<caption>A &lt;table&gt;.</caption>");
  expect(html).toContain('<th scope="col" class="n" title="Accuracy"><button type="button">acc</button></th>');
  expect(html).toContain(
    '<tr id="row-0"><th scope="row" class="n">12345</th><td class="n" data-v="0.98765">98.8 %</td><td class="n">12,345</td></tr>',
  );
  expect(html).toContain(
    '<tr id="row-1"><th scope="row" class="n"><a href="#row-0">7</a></th><td class="n" data-v="">n/a</td><td class="n">1</td></tr>',
  );
});
