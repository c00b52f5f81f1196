/**
 * Characters that can steer a terminal or reorder a page: C0 and C1 controls, line separators, marks and embeddings of
 * writing direction, halves of surrogate pairs.
 */
const STEERING = String.raw`\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069`;

const steering = new RegExp(`[${STEERING}]|\\p{Surrogate}`, "gu");

/**
 * A whole string without such characters, as a schema can ask for. Pairs are spelt out, so that it means the same with
 * and without the flag `u`, which JSON Schema leaves open.
 */
export const PRINTABLE = new RegExp(`^(?:[^${STEERING}\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff])*$`);

/**
 * The text of a foreign file, safe to show: steering characters become `\u{1b}`. Not reversible, because a
 * backslash stays as it is. Messages of `badZoo` have been through it; values that a caller shows have not.
 */
export function printable(text: string): string {
  return text.replace(steering, (character) => `\\u{${(character.codePointAt(0) as number).toString(16)}}`);
}
