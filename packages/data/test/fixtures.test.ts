import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { goldens, need } from "./support.ts";

test("make_goldens.py still writes goldens.json", async (context) => {
  const python = need(context, "python", "ZOO_PYTHON");
  const script = fileURLToPath(new URL("fixtures/make_goldens.py", import.meta.url));
  const { stdout } = await promisify(execFile)(python, [script], { maxBuffer: 1 << 24 });
  const { data: _, versions: __, ...committed } = goldens;
  expect(JSON.parse(stdout)).toMatchObject(committed);
});
