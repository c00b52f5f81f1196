import type { SectionMaker } from "../report-context.ts";
import { accuracySection } from "./accuracy-section.ts";
import { comparisonSection } from "./comparison-section.ts";
import { diversitySection } from "./diversity-section.ts";
import { effectsSection } from "./effects-section.ts";
import { landscapeSection } from "./landscape-section.ts";
import { mapsSection } from "./maps-section.ts";
import { modelsSection } from "./models-section.ts";
import { trajectoriesSection } from "./trajectories-section.ts";
import { weightsSection } from "./weights-section.ts";
import { zooSection } from "./zoo-section.ts";

/** The sections of the report, in order, each with what progress calls it. */
export const allSections: readonly { doing: string; make: SectionMaker }[] = [
  { doing: "reading the zoo", make: zooSection },
  { doing: "accuracy", make: accuracySection },
  { doing: "comparison", make: comparisonSection },
  { doing: "hyperparameters", make: effectsSection },
  { doing: "weights", make: weightsSection },
  { doing: "diversity", make: diversitySection },
  { doing: "maps", make: mapsSection },
  { doing: "trajectories", make: trajectoriesSection },
  { doing: "loss landscape", make: landscapeSection },
  { doing: "models", make: modelsSection },
];
