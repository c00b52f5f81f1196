import { expect, test } from "vitest";
import { phaseOf } from "../../src/landscape/phases.ts";

test.each([
  [{ loss: 2, hessian: 50, connectivity: -1 }, "I"],
  [{ loss: 2, hessian: 50, connectivity: 0.3 }, "II"],
  [{ loss: 2, hessian: 50, connectivity: 0 }, "II"],
  [{ loss: 0.01, hessian: 1, connectivity: -1 }, "III"],
  [{ loss: 0.01, hessian: 1, connectivity: 0, cka: 0.3 }, "IV-A"],
  [{ loss: 0.01, hessian: 1, connectivity: 0, cka: 0.95 }, "IV-B"],
  [{ loss: 0.01, hessian: 1, connectivity: 0 }, "IV"],
  [{ loss: 0.01, hessian: 1, connectivity: Number.NaN }, null],
  [{ loss: Number.NaN, hessian: 1, connectivity: 0 }, null],
] as const)("%o is phase %s", (evidence, phase) => {
  expect(phaseOf(evidence)).toBe(phase);
});

test("a large Hessian alone is underfitted where a threshold for it is given", () => {
  const evidence = { loss: 0.01, hessian: 100, connectivity: -1 };
  expect(phaseOf(evidence, { hessian: 50 })).toBe("I");
  expect(phaseOf(evidence)).toBe("III");
  expect(phaseOf({ ...evidence, hessian: Number.NaN }, { hessian: 50 })).toBeNull();
});
