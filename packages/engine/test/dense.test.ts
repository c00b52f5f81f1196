import { laneEngine } from "../src/kernels/lane-engine.ts";
import { denseConformance } from "./dense-conformance.ts";
import { allKernels } from "./support/engines.ts";

denseConformance((await allKernels()).map(laneEngine));
