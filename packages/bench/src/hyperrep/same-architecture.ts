import { type Architecture, deriveLayout, ZooError } from "@zoo/format";
import { type TokenPlan, tokenPlan } from "./token-plan.ts";

/** Throws ZooError `misuse` where networks of a zoo have other tokens than those that a model was trained on. */
export function requireSameArchitecture({ D, layers }: TokenPlan, architecture: Architecture, path: string): void {
  const own = tokenPlan(deriveLayout(architecture));
  const text = (list: TokenPlan["layers"]): string => list.map(({ count, width }) => `${count} x ${width}`).join(", ");
  const [has, needs] = [text(own.layers), text(layers)];
  if (has === needs && own.D === D) return;
  const message = `${path} was trained on networks with tokens ${needs}; those of this zoo have ${has}. Train one on this zoo`;
  throw new ZooError("misuse", message, { option: "--model", value: path });
}
