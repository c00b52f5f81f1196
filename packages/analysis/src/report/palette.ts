/** Colours of figures as variables of CSS, so that one drawing serves the light and the dark page. */

type Theme = "light" | "dark";

/**
 * Okabe and Ito's colours, told apart with the usual kinds of colour blindness; the dark ones are lighter where the
 * original has less than 3 : 1 against the page. https://jfly.uni-koeln.de/color/
 */
const categories: Record<Theme, readonly string[]> = {
  light: ["#0072b2", "#d55e00", "#008a64", "#b5588f", "#a87000", "#2b87bd", "#5f5f5f"],
  dark: ["#56b4e9", "#f0883e", "#2fc79a", "#e29bc5", "#e6b23a", "#8fd0f5", "#b4b4b4"],
};

/** Viridis at 24 points without its ends that would vanish on the page: 0 to 0.88 on light, 0.16 to 1 on dark. */
const viridis = [
  "#440154",
  "#471365",
  "#482475",
  "#463480",
  "#414487",
  "#3b528b",
  "#355f8d",
  "#2f6c8e",
  "#2a788e",
  "#25848e",
  "#21918c",
  "#1e9c89",
  "#22a884",
  "#2fb47c",
  "#44bf70",
  "#5ec962",
  "#7ad151",
  "#9bd93c",
  "#bddf26",
  "#dfe318",
  "#fde725",
];
const reach: Record<Theme, [number, number]> = { light: [0, 0.88], dark: [0.16, 1] };

const STEPS = 24;

/** Colour of the i-th kind; after 7 they repeat. */
export const category = (i: number): string => `var(--c${i % categories.light.length})`;

/** Colour of an ordered value, t in [0, 1], from dark to bright. NaN is grey. */
export const sequence = (t: number): string =>
  Number.isNaN(t) ? "var(--missing)" : `var(--q${Math.round(Math.min(1, Math.max(0, t)) * (STEPS - 1))})`;

/** Every variable of figures by its name. */
export function figureColors(theme: Theme): Record<string, string> {
  const [from, to] = reach[theme];
  return {
    "--ink": theme === "light" ? "#1d1d1b" : "#e8e6e1",
    "--paper": theme === "light" ? "#ffffff" : "#16181c",
    "--missing": theme === "light" ? "#8a8a8a" : "#8f8f8f",
    ...Object.fromEntries(categories[theme].map((color, i) => [`--c${i}`, color])),
    ...Object.fromEntries(
      Array.from({ length: STEPS }, (_, i) => [`--q${i}`, viridisAt(from + ((to - from) * i) / (STEPS - 1))]),
    ),
  };
}

/** A drawing with the colours themselves, for files. */
export function withColors(svg: string, theme: Theme): string {
  const colors = figureColors(theme);
  return svg.replace(/var\((--[a-z0-9]+)\)/g, (all, name: string) => colors[name] ?? all);
}

function viridisAt(t: number): string {
  const at = t * (viridis.length - 1);
  const low = Math.min(Math.floor(at), viridis.length - 2);
  const parts = [1, 3, 5].map((i) => {
    const [a, b] = [viridis[low], viridis[low + 1]].map((color) => Number.parseInt(color.slice(i, i + 2), 16));
    return Math.round(a + (b - a) * (at - low));
  });
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
