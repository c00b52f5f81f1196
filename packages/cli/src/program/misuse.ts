import { ZooError } from "@zoo/format";

const MOST_SHOWN = 200;

/** "--seed must be ..; got "x"": an option that can never work. `runCli` adds where to look and ends with 2. */
export function misuse(option: string, complaint: string, value: string): ZooError<"misuse"> {
  const shown = value.length > MOST_SHOWN ? `${value.slice(0, MOST_SHOWN)}...` : value;
  return new ZooError("misuse", `${option} ${complaint}; got "${shown}"`, { option, value });
}
