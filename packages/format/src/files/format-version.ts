import { badZoo, type Json } from "./json.ts";

export const FORMAT = "model-zoo";
export const FORMAT_VERSION = "2.0";

/** Features that `requires` may name. Readers that know more say so here. */
const knownFeatures: readonly string[] = [];

/**
 * Refuses a manifest that this reader cannot read, before the schema finds fault with every new field.
 * manifest: as parsed, of any shape; what is no object or says no version is left to the schema. Throws ZooError `bad-zoo`.
 */
export function checkVersion(manifest: Json, path: string): void {
  if (typeof manifest !== "object" || manifest === null || Array.isArray(manifest)) return;
  const { format, format_version: version, requires } = manifest;
  if (format === FORMAT && typeof version === "string" && version !== FORMAT_VERSION) {
    const next = version.startsWith("1.") ? "make the zoo again from its recipe" : "update @zoo/format";
    throw badZoo(
      path,
      `the zoo has format_version ${JSON.stringify(version)}, and this reader knows ${FORMAT_VERSION}; ${next}`,
    );
  }
  if (format !== FORMAT || !Array.isArray(requires)) return;
  const unknown = requires.find((feature) => typeof feature === "string" && !knownFeatures.includes(feature));
  if (unknown !== undefined) {
    throw badZoo(
      path,
      `the zoo requires the feature ${JSON.stringify(unknown)}, which this reader does not know; update @zoo/format`,
    );
  }
}
