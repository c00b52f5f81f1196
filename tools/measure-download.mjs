// Fails when the quickstart installs more than 60 MB on a machine that has nothing but Node and npm. Part of CI.
//     node tools/measure-download.mjs
// Installs a copy of the repository with empty caches through a registry of its own, which passes every request on to
// the configured one and counts the bytes of the answers.
import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { root } from "./setup.mjs";

const LIMIT_BYTES = 60e6;

const output = (command, ...args) => execFileSync(command, args, { cwd: root, encoding: "utf8" }).trim();
const upstream = new URL(output("npm", "config", "get", "registry"));
const received = new Map(); // path -> bytes

const server = http.createServer((request, response) => {
  forward(request, response).catch((e) => response.destroy(e));
});

/** Answers with what the configured registry answers, byte for byte, in the encoding that the client asked for. */
async function forward({ url, headers }, response) {
  const { request } = upstream.protocol === "https:" ? https : http;
  const answer = await new Promise((resolve, reject) =>
    request(new URL(url.slice(1), upstream), { headers: { ...headers, host: upstream.host } }, resolve)
      .on("error", reject)
      .end(),
  );
  response.writeHead(answer.statusCode, answer.headers);
  answer.on("data", ({ length }) => received.set(url, (received.get(url) ?? 0) + length));
  await pipeline(answer, response);
}

/** Runs the quickstart's set-up in a copy of the files that a clone would have, with no cache. */
async function install(folder, registry) {
  const clone = join(folder, "clone");
  const files = output("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0");
  for (const file of files.filter((file) => file !== "" && existsSync(join(root, file)))) {
    cpSync(join(root, file), join(clone, file));
  }
  const env = {
    ...process.env,
    npm_config_registry: registry,
    npm_config_replace_registry_host: "always",
    npm_config_cache: join(folder, "npm"),
    pnpm_config_registry: registry,
    pnpm_config_store_dir: join(folder, "store"),
    pnpm_config_cache_dir: join(folder, "pnpm"),
  };
  const child = spawn(process.execPath, ["tools/setup.mjs", "main"], { cwd: clone, env, stdio: "inherit" });
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("exit", resolve));
  if (code !== 0) throw new Error(`measure-download: the installation ended with ${code}, see above`);
}

const folder = mkdtempSync(join(tmpdir(), "zoo-download-"));
try {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  await install(folder, `http://127.0.0.1:${server.address().port}/`);
} finally {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
const answers = [...received].sort(([, a], [, b]) => b - a);
const total = answers.reduce((sum, [, bytes]) => sum + bytes, 0);
for (const [path, bytes] of answers.slice(0, 10)) console.log(`${megabytes(bytes).padStart(8)}  ${path}`);
console.log(`measure-download: ${answers.length} answers, ${megabytes(total)}; the limit is ${megabytes(LIMIT_BYTES)}`);
if (!answers.some(([path]) => path.endsWith(".tgz"))) throw new Error("measure-download: it saw no package");
process.exitCode = total <= LIMIT_BYTES ? 0 : 1;
