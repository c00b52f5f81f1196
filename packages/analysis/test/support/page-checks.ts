/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { Page } from "playwright-core";

/** Text whose contrast with what is behind it is below 4.5 : 1, with the ratio; what is not shown does not count. */
export async function faintText(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    type Color = [number, number, number, number];
    const parse = (text: string): Color => {
      const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
      return [r, g, b, a];
    };
    const luminance = ([r, g, b]: Color): number => {
      const [R, G, B] = [r, g, b].map((v) =>
        v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * R + 0.7152 * G + 0.0722 * B;
    };
    const background = (element: Element | null): Color => {
      for (let at = element; at !== null; at = at.parentElement) {
        const color = parse(getComputedStyle(at).backgroundColor);
        if (color[3] > 0) return color;
      }
      return [255, 255, 255, 1];
    };
    const faint = new Set<string>();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const element = node.parentElement as Element;
      if ((node.textContent ?? "").trim() === "" || element.closest("script, style") !== null) continue;
      if (element.getClientRects().length === 0) continue;
      const style = getComputedStyle(element);
      const color = parse(element instanceof SVGElement ? style.fill : style.color);
      const [a, b] = [luminance(color), luminance(background(element))].sort((x, y) => y - x);
      const ratio = (a + 0.05) / (b + 0.05);
      if (ratio < 4.5) faint.add(`${ratio.toFixed(2)} ${element.tagName} ${(node.textContent ?? "").slice(0, 40)}`);
    }
    return [...faint];
  });
}

/** Levels of the headings that are shown, in order. */
export async function headingLevels(page: Page): Promise<number[]> {
  return await page.evaluate(() =>
    [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map(({ tagName }) => Number(tagName[1])),
  );
}

/** Texts of shown drawings that are smaller than `least` pixels on the screen. */
export async function smallText(page: Page, least: number): Promise<string[]> {
  return await page.evaluate((least) => {
    const found: string[] = [];
    for (const svg of document.querySelectorAll<SVGSVGElement>("figure svg")) {
      const { width } = svg.getBoundingClientRect();
      if (width === 0) continue;
      const scale = width / svg.viewBox.baseVal.width;
      for (const text of svg.querySelectorAll("text")) {
        const size = scale * Number.parseFloat(getComputedStyle(text).fontSize);
        if (size < least) found.push(`${size.toFixed(1)} ${text.textContent}`);
      }
    }
    return found;
  }, least);
}

/** Texts of shown drawings that reach out of them. */
export async function cutText(page: Page): Promise<string[]> {
  return await page.evaluate(() => {
    const found: string[] = [];
    for (const svg of document.querySelectorAll<SVGSVGElement>("figure svg")) {
      const frame = svg.getBoundingClientRect();
      if (frame.width === 0) continue;
      for (const text of svg.querySelectorAll("text")) {
        const box = text.getBoundingClientRect();
        const out = Math.max(
          frame.left - box.left,
          box.right - frame.right,
          frame.top - box.top,
          box.bottom - frame.bottom,
        );
        if (out > 1) found.push(`${svg.closest("figure")?.id}: ${text.textContent} by ${out.toFixed(1)}`);
      }
    }
    return found;
  });
}
