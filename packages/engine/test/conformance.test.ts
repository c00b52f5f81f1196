import { laneEngine } from "../src/kernels/lane-engine.ts";
import { conformance } from "./conformance.ts";
import { allKernels } from "./support/engines.ts";

conformance((await allKernels()).map(laneEngine));
