import type { ResultColumn } from "./result.ts";

/** A column of numbers. */
export const number = (name: string, description: string): ResultColumn => ({ name, type: "DOUBLE", description });

/** A column of fractions, shown as per cent. */
export const fraction = (name: string, description: string): ResultColumn => ({
  ...number(name, description),
  unit: "fraction",
});

/** A column of whole numbers. */
export const whole = (name: string, description: string): ResultColumn => ({ name, type: "INT32", description });

/** A column of words. */
export const word = (name: string, description: string): ResultColumn => ({ name, type: "STRING", description });
