import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formatList, parseEpochs, parseKeep } from "../src/index.ts";

const stored = [0, 5, 10, 15, 20, 25, 50];

test.each<[text: string, epochs: number[]]>([
  ["0,5,10-20,last", [0, 5, 10, 15, 20, 50]],
  ["last", [50]],
  ["50,0,0", [0, 50]],
  ["1-7", [5]],
  ["21-last", [25, 50]],
  [" 0 , 5 ", [0, 5]],
])("--epochs %s takes the stored epochs that it names", (text, epochs) => {
  expect(parseEpochs(text, stored)).toEqual(epochs);
});

test.each<[text: string, complaint: string]>([
  ["7", "names epoch 7, and the zoo stores 0,5,10,15,20,25,50"],
  ["40-60", "names epoch 60, and the zoo stores 0,5,10,15,20,25,50"],
  ["26-49", "has the range 26-49 with no epoch in it; the zoo stores 0,5,10,15,20,25,50"],
  ["20-10", "has the range 20-10, whose end is before its start"],
  ["", "must be epochs (0,5,10-20,last)"],
  ["first", "must be epochs (0,5,10-20,last)"],
  ["-1", "must be epochs (0,5,10-20,last)"],
])("--epochs %s is refused", (text, complaint) => {
  expect(() => parseEpochs(text, stored)).toThrow(`--epochs ${complaint}; got "${text}"`);
});

test("--keep reads the same notation over the epochs of the run", () => {
  expect(parseKeep("0,5,last", 50)).toEqual([0, 5, 50]);
  expect(parseKeep("0-3", 3)).toEqual([0, 1, 2, 3]);
  expect(() => parseKeep("0,51", 50)).toThrow('--keep names epoch 51, and the run has 0-50; got "0,51"');
});

test("epochs are written as they are read", () => {
  const epochs = fc.uniqueArray(fc.nat(60), { minLength: 1 }).map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(epochs, (epochs) => {
      expect(parseKeep(formatList(epochs), 60)).toEqual(epochs);
    }),
  );
});
