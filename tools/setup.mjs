// Installs and builds what is stale; about 0.1 s when nothing is. Needs Node and npm only.
//     node tools/setup.mjs [main]
// "main" is what the main job needs: zoo-gen, zoo-analysis, the packages that they are made of, and their compiler. Without
// it, everything.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The packages that do the main job. */
const MAIN = ["@zoo/gen", "@zoo/analysis"];
const FILTERS = MAIN.flatMap((name) => ["--filter", `${name}...`]);

/**
 * Installs the locked dependencies and builds the packages of `set`, "main" or "all", each only if something that it
 * reads has changed. Where "all" is installed, "main" is.
 */
export function setUp(set) {
  // The lock file fixes every byte, so what a cache holds is as good as what the registry would say.
  const pnpm = () => ["npx", "-y", "--prefer-offline", pnpmAddress()];
  const locked = ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"].map((file) => join(root, file));
  const manifests = [...locked, ...packages().map((folder) => join(folder, "package.json"))].map(contents);
  // pnpm's look at the release date of every locked package, 100 MB of metadata, is left to "all", which CI installs.
  const [install, build] = {
    main: [
      ["--prod", "--trust-lockfile", "--filter", manifest(root).name, ...FILTERS],
      () => [...pnpm(), ...FILTERS, "run", "build"],
    ],
    all: [[], () => [process.execPath, turbo(), "run", "build", "--output-logs=errors-only"]],
  }[set];
  step(
    "install",
    set,
    manifests,
    () => true,
    () => [...pnpm(), "install", "--frozen-lockfile", "--prefer-offline", ...install],
  );
  step("build", set, inputs().map(fingerprint), () => isBuilt(set), build);
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

/** The folders of the workspace's packages. */
export function packages() {
  return ["packages", "tools"].flatMap((parent) =>
    readdirSync(join(root, parent), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && existsSync(join(root, parent, entry.name, "package.json")))
      .map((entry) => join(root, parent, entry.name)),
  );
}

/** The package.json of a folder. */
export function manifest(folder) {
  return JSON.parse(contents(join(folder, "package.json")));
}

/** Runs what `command` returns unless it succeeded before for `set`, or for "all", with the same `state`, and `isThere` still holds. */
function step(name, set, state, isThere, command) {
  const key = createHash("sha256")
    .update(JSON.stringify([process.version, state]))
    .digest("hex");
  const stamp = join(root, "node_modules", ".zoo", name);
  const done = existsSync(stamp) ? contents(stamp) : "";
  if ((done === `${set} ${key}` || done === `all ${key}`) && isThere()) return;
  const code = execute(command());
  if (code !== 0) {
    console.error(`setup: ${name} failed, see above`);
    process.exit(code);
  }
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, `${set} ${key}`);
}

/** Of the locked pnpm: by its name, npx would get 7 MB of what is known of all its versions first. */
function pnpmAddress() {
  const [name, version] = manifest(root).packageManager.split("@");
  const npm = process.env.npm_execpath; // with `npm run`; a path for node
  const ask = ["config", "get", "registry"];
  const [command, args] = npm?.endsWith(".js") ? [process.execPath, [npm, ...ask]] : ["npm", ask];
  const { stdout } = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    shell: process.platform === "win32" && command === "npm",
  });
  const registry = stdout?.trim();
  if (!/^https?:/.test(registry ?? "")) return `${name}@${version}`;
  return `${registry.replace(/\/$/, "")}/${name}/-/${name}-${version}.tgz`;
}

function isBuilt(set) {
  const wanted = set === "main" ? withDependencies(MAIN) : packages();
  const built = wanted.filter((folder) => existsSync(join(folder, "tsconfig.build.json")));
  return built.every((folder) => existsSync(join(folder, "dist")));
}

/** The folders of packages of the workspace and of those that they are made of. */
function withDependencies(names) {
  const folders = new Map(packages().map((folder) => [manifest(folder).name, folder]));
  const found = new Set();
  const visit = (name) => {
    const folder = folders.get(name);
    if (folder === undefined || found.has(folder)) return;
    found.add(folder);
    for (const dependency of Object.keys(manifest(folder).dependencies ?? {})) visit(dependency);
  };
  for (const name of names) visit(name);
  return [...found];
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

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [set = "all"] = process.argv.slice(2);
  if (set !== "main" && set !== "all") {
    console.error(`setup: knows the sets main and all, got "${set}"`);
    process.exit(2);
  }
  setUp(set);
}
