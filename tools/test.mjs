// Runs the tests of every package and ends with "N passed, N failed". Arguments go to turbo: --filter=@zoo/gen.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execute, root, turbo } from "./setup.mjs";

const RESULTS = "node_modules/.zoo-test-results.json"; // relative to each package

const packages = ["packages", "tools"].flatMap((parent) =>
  readdirSync(join(root, parent))
    .map((name) => join(root, parent, name))
    .filter((folder) => testScript(folder)?.includes("vitest")),
);
for (const folder of packages) rmSync(join(folder, RESULTS), { force: true });

const filters = process.argv.slice(2);
const code = execute([
  process.execPath,
  turbo(),
  "run",
  "test",
  "--continue",
  "--concurrency=1",
  "--output-logs=new-only",
  ...filters,
  "--",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${RESULTS}`,
]);

const total = { passed: 0, failed: 0, skipped: 0 };
for (const folder of packages) {
  const file = join(folder, RESULTS);
  if (!existsSync(file)) {
    if (filters.length > 0) continue;
    console.error(`${folder.slice(root.length + 1)}: its tests did not run`);
    total.failed++;
    continue;
  }
  const result = JSON.parse(readFileSync(file, "utf8"));
  // A file that cannot be loaded has no tests and still fails.
  const unloaded = result.testResults.filter(
    (file) => file.status === "failed" && file.assertionResults.length === 0,
  ).length;
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests + unloaded;
  total.skipped += result.numPendingTests + result.numTodoTests;
}
if (code !== 0 && total.failed === 0) total.failed = 1; // an error outside of any test
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ""}`);
process.exitCode = total.failed === 0 ? 0 : 1;

function testScript(folder) {
  const file = join(folder, "package.json");
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).scripts?.test : undefined;
}
