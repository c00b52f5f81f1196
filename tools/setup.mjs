// Installs and builds what is stale; about 0.1 s when nothing is. Needs Node and npm only.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Installs the locked dependencies and builds all packages, each only if something that it reads has changed. */
export function setUp() {
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const locked = ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"].map((file) => join(root, file));
  const manifests = [...locked, ...packages().map((folder) => join(folder, "package.json"))];
  step("install", manifests.map(contents), () => true, ["npx", "-y", packageManager, "install", "--frozen-lockfile"]);
  step("build", inputs().map(fingerprint), isBuilt, [
    process.execPath,
    turbo(),
    "run",
    "build",
    "--output-logs=errors-only",
  ]);
}

/** The turbo command of the workspace, as a script for node. */
export function turbo() {
  return join(root, "node_modules", "turbo", "bin", "turbo");
}

/** Runs a command in the repository's root, its output on ours; returns the exit code. */
export function execute([command, ...args]) {
  const PATH = `${join(root, "node_modules", ".bin")}${delimiter}${process.env.PATH}`; // turbo looks for pnpm there
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, PATH, TURBO_TELEMETRY_DISABLED: "1" },
    shell: process.platform === "win32" && command === "npx",
  });
  if (error) throw error;
  return status ?? 1;
}

/** Runs a command in the repository's root and returns what it writes to stdout. Throws if it fails. */
export function executeForOutput([command, ...args]) {
  return execFileSync(command, args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

/** Runs `command` unless it succeeded before with the same `state` and `isThere` still holds. */
function step(name, state, isThere, command) {
  const key = createHash("sha256")
    .update(JSON.stringify([process.version, state]))
    .digest("hex");
  const stamp = join(root, "node_modules", ".zoo", name);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === key && isThere()) return;
  const code = execute(command);
  if (code !== 0) {
    console.error(`setup: ${name} failed, see above`);
    process.exit(code);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, key);
}

function isBuilt() {
  const built = packages().filter((folder) => existsSync(join(folder, "tsconfig.build.json")));
  return built.every((folder) => existsSync(join(folder, "dist")));
}

function packages() {
  return ["packages", "tools"].flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(root, parent, entry.name, "package.json")))
      .map((entry) => join(root, parent, entry.name)),
  );
}

/** Every file that a build can depend on. */
function inputs() {
  const skipped = new Set(["node_modules", "dist", "build", "test", ".turbo", "fixtures"]);
  const walk = (folder) =>
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      if (skipped.has(entry.name)) return [];
      const path = join(folder, entry.name);
      return entry.isDirectory() ? walk(path) : [path];
    });
  return [
    join(root, "pnpm-lock.yaml"),
    join(root, "tsconfig.base.json"),
    join(root, "turbo.json"),
    ...packages().flatMap(walk),
  ];
}

function contents(path) {
  return readFileSync(path, "utf8");
}

function fingerprint(path) {
  const { size, mtimeMs } = statSync(path);
  return [path.slice(root.length), size, mtimeMs];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp();
