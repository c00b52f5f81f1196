/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findChromium } from "../support/browser.ts";
import { cutText, faintText, headingLevels, smallText } from "../support/page-checks.ts";
import { zooAnalysis } from "../support/run-cli.ts";
import { writeSyntheticZoo } from "../support/synthetic-zoo.ts";

const executablePath = findChromium();
const pages = ["one", "grid", "two"] as const;

describe.skipIf(executablePath === null)("the report in a browser", () => {
  let dir: string;
  let browser: Browser;

  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "zoo-report-"));
    await writeSyntheticZoo(join(dir, "seeds"), { seeds: 12, title: 'Seeds <i>&amp;</i> "more"' });
    await writeSyntheticZoo(join(dir, "grid"), { grid: true, diverged: [3] });
    const zoos = { one: ["seeds"], grid: ["grid"], two: ["seeds", "grid"] };
    for (const name of pages) {
      const paths = zoos[name].map((zoo) => join(dir, zoo));
      const { code, err } = await zooAnalysis(["report", ...paths, "--out", join(dir, `${name}.html`)]);
      if (code !== 0) throw new Error(err);
    }
    browser = await chromium.launch({ executablePath: executablePath as string, args: ["--no-sandbox"] });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await rm(dir, { recursive: true, force: true });
  });

  /** Opens a page from its file; what it complained of, and what it asked a network for. */
  async function open(name: string, options: BrowserContextOptions = {}): Promise<{ page: Page; said: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const page = await context.newPage();
    const said: string[] = [];
    page.on("console", (message) => said.push(`console: ${message.text()}`));
    page.on("pageerror", (e) => said.push(`error: ${e.message}`));
    page.on("request", (request) => {
      if (!request.url().startsWith("file:")) said.push(`request: ${request.url()}`);
    });
    await page.goto(pathToFileURL(join(dir, `${name}.html`)).href, { waitUntil: "load" });
    return { page, said };
  }

  describe.each(pages)("of %s", (name) => {
    test.each([
      [1440, "light"],
      [1440, "dark"],
      [768, "light"],
      [360, "light"],
      [360, "dark"],
    ] as const)(
      "at %i pixels, %s, opens without complaint, fits, and every text can be read",
      async (width, colorScheme) => {
        const { page, said } = await open(name, { viewport: { width, height: 800 }, colorScheme });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
        expect(await faintText(page)).toEqual([]);
        expect(await smallText(page, 10)).toEqual([]);
        expect(await cutText(page)).toEqual([]);
        expect(said).toEqual([]);
        await page.context().close();
      },
    );

    test("has headings in order, and under every figure its numbers, how to read it, and its command", async () => {
      const { page } = await open(name);
      const levels = await headingLevels(page);
      expect(levels[0]).toBe(1);
      expect(levels.filter((level) => level === 1)).toHaveLength(1);
      expect(levels.filter((level, i) => i > 0 && level - levels[i - 1] > 1)).toEqual([]);
      const figures = page.locator("figure");
      expect(await figures.count()).toBeGreaterThanOrEqual(6);
      for (const figure of await figures.all()) {
        expect(await figure.locator("details table tbody tr").count()).toBeGreaterThan(0);
        expect(await figure.locator(".how").textContent()).toMatch(/^[^.]+\.$/);
        expect(await figure.locator(".command code").textContent()).toMatch(/^zoo-analysis [a-z]+ /);
        expect(await figure.locator("svg:visible").count()).toBe(1);
        const svg = figure.locator("svg:visible");
        expect(await svg.getAttribute("role")).toBe("img");
        expect((await svg.getAttribute("aria-label"))?.length).toBeGreaterThan(20);
        expect(await svg.locator("path, circle, rect").count()).toBeGreaterThan(2);
      }
      await page.context().close();
    });

    test("has ids that are one of their kind, and every link leads somewhere", async () => {
      const { page } = await open(name);
      const { ids, lost } = await page.evaluate(() => {
        const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
        const targets = [
          ...[...document.querySelectorAll("a")].map((a) => a.getAttribute("href")?.slice(1) ?? ""),
          ...[...document.querySelectorAll<HTMLElement>("[data-to]")].map((mark) => mark.dataset["to"] ?? ""),
        ];
        return { ids, lost: targets.filter((target) => !ids.includes(target)) };
      });
      expect(new Set(ids).size).toBe(ids.length);
      expect(lost).toEqual([]);
      await page.context().close();
    });
  });

  test("says what a point is on hover, and a click leads to the model's row", async () => {
    const { page } = await open("grid", { reducedMotion: "reduce" });
    const point = page.locator("#accuracy-and-gap svg:visible [data-to=model-13]");
    await point.scrollIntoViewIfNeeded();
    // The page is told of a scroll a frame later, and then hides what is shown.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
    await point.hover({ force: true });
    await expect.poll(() => page.locator("#tip").textContent()).toMatch(/^model \d+: test /);
    expect(await page.locator("#tip").isVisible()).toBe(true);
    await point.dispatchEvent("click");
    await expect.poll(() => page.evaluate(() => location.hash)).toBe("#model-13");
    expect(await page.locator("tr:target th").textContent()).toBe("13");
    await page.context().close();
  });

  test("says the same by keyboard: arrows go from mark to mark, Enter to the model's row, Escape ends it", async () => {
    const { page } = await open("one");
    const svg = page.locator("#accuracy-and-gap svg:visible");
    await svg.focus();
    await page.keyboard.press("ArrowRight");
    const first = await page.locator("#tip").textContent();
    await page.keyboard.press("ArrowRight");
    const second = await page.locator("#tip").textContent();
    expect([first, second].map((text) => text?.slice(0, 6))).toEqual(["model ", "model "]);
    expect(second).not.toBe(first);
    await page.keyboard.press("Escape");
    expect(await page.locator("#tip").isVisible()).toBe(false);
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.evaluate(() => location.hash)).toBe("#model-11");
    await page.context().close();
  });

  test("the first stop of the keyboard is a link that skips to the report", async () => {
    const { page } = await open("one");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
    await page.context().close();
  });

  test("a button changes between the light and the dark page", async () => {
    const { page } = await open("one", { colorScheme: "light" });
    const paper = (): Promise<string> => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    await page.locator("#theme").click();
    expect(await paper()).not.toBe(light);
    expect(await faintText(page)).toEqual([]);
    await page.locator("#theme").click();
    expect(await paper()).toBe(light);
    await page.context().close();
  });

  test("a click on a column sorts the models by it, the largest first, and then the other way", async () => {
    const { page } = await open("grid");
    const table = page.locator("table.sortable");
    const column = async (c: number): Promise<string[]> =>
      await table.locator(`tbody tr > :nth-child(${c})`).allTextContents();
    const heads = await table.locator("thead th").allTextContents();
    const lr = heads.indexOf("lr") + 1;
    await table.locator("thead button", { hasText: /^lr$/ }).click();
    const falling = (await column(lr)).map(Number);
    expect(falling).toEqual([...falling].sort((a, b) => b - a));
    expect(new Set(falling)).toEqual(new Set([0.1, 0.01, 0.001]));
    await table.locator("thead button", { hasText: /^lr/ }).click();
    expect((await column(lr)).map(Number)).toEqual(falling.reverse());
    expect(
      await table
        .locator("thead th")
        .nth(lr - 1)
        .getAttribute("aria-sort"),
    ).toBe("ascending");
    await page.context().close();
  });

  test("a zoo's own words are text, whatever they hold", async () => {
    const { page } = await open("one");
    expect(await page.locator("h1").textContent()).toBe('Seeds <i>&amp;</i> "more"');
    expect(await page.title()).toBe('Seeds <i>&amp;</i> "more"');
    await page.context().close();
  });

  test("printed, it is light, without what only a screen can use, and its tables are whole", async () => {
    const { page } = await open("grid", { colorScheme: "dark" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe("rgb(255, 255, 255)");
    for (const part of ["nav", "#theme", "summary"]) expect(await page.locator(part).first().isVisible()).toBe(false);
    expect(await page.evaluate(() => getComputedStyle(document.querySelector(".scroll") as Element).maxHeight)).toBe(
      "none",
    );
    expect(await faintText(page)).toEqual([]);
    await page.setViewportSize({ width: 680, height: 1000 }); // A4 within its margins
    expect(await cutText(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(680);
    await page.context().close();
  });
});
