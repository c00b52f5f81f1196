import { versionOf } from "@zoo/cli";

/** Of this package. */
export const version = versionOf(new URL("../../package.json", import.meta.url));
