import { ZooError } from "@zoo/format";
import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { Interrupted, jsonOption, misuse, runCli, wholeNumber, writeJson } from "../src/index.ts";

type Build = (program: Command, done: (code: number) => void) => void;

/** Runs a command line that is called zoo-test, and returns its code and what it said. */
async function zooTest(argv: readonly string[], build: Build = tree, columns?: number) {
  const said = { out: "", err: "" };
  const world = {
    stdout: { write: (text: string) => (said.out += text), ...(columns === undefined ? {} : { columns }) },
    stderr: { write: (text: string) => (said.err += text) },
  };
  const code = await runCli({ name: "zoo-test", version: "1.2.3", world, argv, build });
  return { code, ...said };
}

/** A command with a number, and a group of two. */
const tree: Build = (program, done) => {
  program.description("Tests.");
  program
    .command("count <dir>")
    .description("count something")
    .option("--from <n>", "the first", wholeNumber("--from", 0), 0)
    .option(...jsonOption)
    .action((_dir, { from }: { from: number }) => done(from));
  const table = program.command("table").description("tables").helpCommand(false);
  table.command("make").action(() => {});
  table.command("check").action(() => done(1));
};

const failing = (error: Error): Build => {
  return (program) => {
    program.command("fail").action(async () => {
      await Promise.reject(error);
    });
  };
};

describe("the exit code", () => {
  test("is what the command says, 0 if it says nothing", async () => {
    expect(await zooTest(["count", "x"])).toEqual({ code: 0, out: "", err: "" });
    expect(await zooTest(["count", "x", "--from", "1"])).toEqual({ code: 1, out: "", err: "" });
    expect(await zooTest(["table", "make"])).toEqual({ code: 0, out: "", err: "" });
  });

  test("is 1 for an expected failure, with one line", async () => {
    const error = new ZooError("zoo-incomplete", "zoos/a: no zoo here", { path: "zoos/a" });
    expect(await zooTest(["fail"], failing(error))).toEqual({
      code: 1,
      out: "",
      err: "zoo-test: zoos/a: no zoo here\n",
    });
  });

  test("is 1 for a command that was stopped", async () => {
    expect(await zooTest(["fail"], failing(new Interrupted()))).toEqual({
      code: 1,
      out: "",
      err: "zoo-test: stopped\n",
    });
  });

  test("is none for a bug, which is thrown with its stack", async () => {
    await expect(zooTest(["fail"], failing(new TypeError("internal: oops")))).rejects.toThrow("internal: oops");
  });

  test.each<[argv: string[], line: string, hint: string]>([
    [["count", "x", "--from", "-1"], '--from must be a whole number of at least 0; got "-1"', "count "],
    [["count"], "missing required argument 'dir'", "count "],
    [["count", "x", "y"], "too many arguments for 'count'. Expected 1 argument but got 2.", "count "],
    [["count", "x", "--form", "1"], "unknown option '--form' (Did you mean --from?)", "count "],
    [["count", "x", "--from"], "option '--from <n>' argument missing", "count "],
    [["cuont"], "unknown command 'cuont' (Did you mean count?)", ""],
    [["--verbose"], "unknown option '--verbose'", ""],
    [["table", "mkae"], "unknown command 'mkae' (Did you mean make?)", "table "],
    [["table", "make", "x"], "too many arguments for 'make'. Expected 0 arguments but got 1.", "table make "],
    [["table"], "name a command: make, check", "table "],
    [[], "name a command: count, table", ""],
  ])("is 2 for misuse, with a line and where to look: %j", async (argv, line, hint) => {
    const err = `zoo-test: ${line}\nsee: zoo-test ${hint}--help\n`;
    expect(await zooTest(argv)).toEqual({ code: 2, out: "", err });
  });

  test("is 2 for misuse that a command finds later", async () => {
    expect(await zooTest(["fail"], failing(misuse("--out", "must name a folder", "")))).toEqual({
      code: 2,
      out: "",
      err: 'zoo-test: --out must name a folder; got ""\nsee: zoo-test fail --help\n',
    });
  });
});

test("no control character of a message reaches the terminal", async () => {
  const hostile = new ZooError("bad-zoo", "zoo.json: engine \x1b[2J\x9b31m\n\u202eall is well", { path: "", rule: "" });
  const { err } = await zooTest(["fail"], failing(hostile));
  expect(err).toBe("zoo-test: zoo.json: engine \\u{1b}[2J\\u{9b}31m\\u{a}\\u{202e}all is well\n");
  expect((await zooTest(["\x1b[2J"])).err).toBe("zoo-test: unknown command '\\u{1b}[2J'\nsee: zoo-test --help\n");
});

describe("help", () => {
  test("goes to stdout, with the exit codes, and is done", async () => {
    const { code, out, err } = await zooTest(["--help"]);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatchInlineSnapshot(`
      "Usage: zoo-test [options] [command]

      Tests.

      Options:
        --version              print the version
        -h, --help             display help for command

      Commands:
        count [options] <dir>  count something
        table                  tables

      Exit codes: 0 done, 1 failed or stopped, 2 misuse. Data goes to stdout, progress and errors to stderr.
      "
    `);
    expect(await zooTest(["table", "make", "--help"])).toMatchObject({ code: 0, err: "" });
  });

  test("is as wide as the terminal, and no wider than 100", async () => {
    const build: Build = (program) => program.description("word ".repeat(100));
    const width = async (columns?: number) => {
      const { out } = await zooTest(["--help"], build, columns);
      return Math.max(
        ...out
          .split("\nOptions")[0]
          .split("\n")
          .map((line) => line.length),
      );
    };
    expect(await width(60)).toBeLessThanOrEqual(60);
    expect(await width(60)).toBeGreaterThan(50);
    expect(await width(300)).toBe(await width());
    expect(await width()).toBeLessThanOrEqual(100);
  });

  test("--version prints that", async () => {
    expect(await zooTest(["--version"])).toEqual({ code: 0, out: "1.2.3\n", err: "" });
  });
});

test("JSON says what it was given, and nothing that a terminal obeys", () => {
  let text = "";
  const value = { name: "a\x1b[2J\x7f\x9b\u202e\u2028\n", n: [1, null] };
  writeJson({ write: (more) => (text += more) }, value);
  expect(JSON.parse(text)).toEqual(value);
  expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}|\u2028/u);
  expect(text.split("\n")).toHaveLength(8);
});
