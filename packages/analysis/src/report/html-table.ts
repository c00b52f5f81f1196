import type { Cell } from "@zoo/format";
import { formatCell } from "../results/format-result.ts";
import type { ShownTable } from "./figure.ts";
import { escapeHtml, proseHtml } from "./prose.ts";

/** Columns of names, whatever table they are in. */
const NAMES = ["model", "seed", "epoch"];

/**
 * A table of HTML with its caption, numbers to the right. The sort keys are the cells themselves: only a number that is shown
 * rounded carries its value. It scrolls in a box of its own, which can be reached by keyboard.
 */
export function htmlTable(table: ShownTable): string {
  const { caption, columns, rows, sortable = false, facts = false } = table;
  const head = columns.map(({ name, description, type }) => {
    const label = escapeHtml(name);
    const inner = sortable ? `<button type="button">${label}</button>` : label;
    return `<th scope="col"${numeric(type) ? ' class="n"' : ""} title="${escapeHtml(description)}">${inner}</th>`;
  });
  const body = rows.map((row, r) => {
    const id = table.anchor === undefined ? "" : ` id="${table.anchor(r)}"`;
    return `<tr${id}>${row.map((cell, c) => cellHtml(table, cell, r, c)).join("")}</tr>`;
  });
  const label = escapeHtml(caption);
  const box = facts ? '<div class="facts">' : `<div class="scroll" tabindex="0" role="region" aria-label="${label}">`;
  return `${box}<table${sortable ? ' class="sortable"' : ""}>
<caption>${proseHtml(caption)}</caption>
<thead><tr>${head.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody></table></div>`;
}

const numeric = (type: string): boolean => type !== "STRING" && type !== "BOOLEAN";

function cellHtml({ columns, link, sortable, exact = NAMES }: ShownTable, cell: Cell, r: number, c: number): string {
  const column = columns[c];
  const text = escapeHtml(exact.includes(column.name) ? String(cell) : formatCell(cell, column));
  const to = link?.(r, c);
  const inner = to === undefined ? text : `<a href="#${to}">${text}</a>`;
  if (c === 0) return `<th scope="row"${numeric(column.type) ? ' class="n"' : ""}>${inner}</th>`;
  if (!numeric(column.type)) return `<td>${inner}</td>`;
  const key = sortable && typeof cell === "number" && !Number.isInteger(cell) ? ` data-v="${keyOf(cell)}"` : "";
  return `<td class="n"${key}>${inner}</td>`;
}

const keyOf = (value: number): string => (Number.isFinite(value) ? String(Number(value.toPrecision(7))) : "");
