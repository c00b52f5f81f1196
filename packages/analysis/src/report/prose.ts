import { printable } from "@zoo/format";
import type { Prose } from "./figure.ts";

/** Text for HTML, whatever it holds. */
export const escapeHtml = (text: string): string =>
  printable(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** Prose as HTML. */
export const proseHtml = (text: Prose): string =>
  escapeHtml(text)
    .replace(/(\d) %/g, "$1&nbsp;%")
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\[([^\]]+)\]\((#[a-z0-9-]+)\)/g, '<a href="$2">$1</a>');

/** Foreign text within prose: what would be a notation there is shown as it is. */
export const literal = (text: string): string => text.replaceAll("`", "'").replaceAll("](", "] (");
