import { expect, test } from "vitest";
import { type Architecture, architectures, deriveLayout, type LayerSpec } from "../src/index.ts";

/** A convolution or linear layer, the group of what it reads, and of what it makes; null where nothing may move. */
type Row = [path: string, reads: string | null, makes: string | null];

/** The axes of each group, as text, in an order of their own. */
const canonical = (groups: string[][]): string[] => groups.map((axes) => axes.sort().join(", ")).sort();

function groupsOf(architecture: Architecture): string[] {
  return canonical(
    deriveLayout(architecture).permutation.map(({ out, in: reads, buffers }) =>
      [...out, ...reads, ...buffers].map(({ tensor, axis, block }) =>
        block === 1 ? `${tensor} ${axis}` : `${tensor} ${axis} in blocks of ${block}`,
      ),
    ),
  );
}

function published(rows: readonly Row[]): string[] {
  const groups: Record<string, string[]> = {};
  const put = (group: string | null, ...axes: string[]): void => {
    if (group !== null) (groups[group] ??= []).push(...axes);
  };
  for (const [path, reads, makes] of rows) {
    put(reads, `${path}.weight 1`);
    put(makes, `${path}.weight 0`);
    const norm = path.replace(/\d+$/, (i) => String(Number(i) + 1)); // after every convolution
    put(makes, ...["weight", "bias", "running_mean", "running_var"].map((part) => `${norm}.${part} 0`));
  }
  return canonical(Object.values(groups));
}

// resnet18_permutation_spec of github.com/HSG-AIML/SANE (888543c, git_re_basin.py), which is for the ResNets of the
// published zoos: 4 groups of stages and 8 inside blocks. In torchvision's names layers.0 is conv1, layers.3 is layer1.0
// (body.0 conv1, body.3 conv2, shortcut.0 downsample.0), layers.5 is layer1.1, .., layers.17 is layer4.1, layers.21 is fc.
// resnet20_permutation_spec of github.com/samuela/git-re-basin (ef40098, weight_matching.py) has the same two kinds of block.
test("the groups of ResNet-18 are those of the published specification", () => {
  const rows: Row[] = [
    ["layers.0", null, "P_bg0"],
    ["layers.3.body.0", "P_bg0", "P_layer1.0_inner"],
    ["layers.3.body.3", "P_layer1.0_inner", "P_bg0"],
    ["layers.5.body.0", "P_bg0", "P_layer1.1_inner"],
    ["layers.5.body.3", "P_layer1.1_inner", "P_bg0"],
    ["layers.7.body.0", "P_bg0", "P_layer2.0_inner"],
    ["layers.7.body.3", "P_layer2.0_inner", "P_bg1"],
    ["layers.7.shortcut.0", "P_bg0", "P_bg1"],
    ["layers.9.body.0", "P_bg1", "P_layer2.1_inner"],
    ["layers.9.body.3", "P_layer2.1_inner", "P_bg1"],
    ["layers.11.body.0", "P_bg1", "P_layer3.0_inner"],
    ["layers.11.body.3", "P_layer3.0_inner", "P_bg2"],
    ["layers.11.shortcut.0", "P_bg1", "P_bg2"],
    ["layers.13.body.0", "P_bg2", "P_layer3.1_inner"],
    ["layers.13.body.3", "P_layer3.1_inner", "P_bg2"],
    ["layers.15.body.0", "P_bg2", "P_layer4.0_inner"],
    ["layers.15.body.3", "P_layer4.0_inner", "P_bg3"],
    ["layers.15.shortcut.0", "P_bg2", "P_bg3"],
    ["layers.17.body.0", "P_bg3", "P_layer4.1_inner"],
    ["layers.17.body.3", "P_layer4.1_inner", "P_bg3"],
    ["layers.21", "P_bg3", null],
  ];
  expect(groupsOf(architectures["resnet-18-10"])).toEqual(published(rows));
});

const conv = (out: number, kernel: number): LayerSpec[] => [
  { type: "conv2d", out, kernel, padding: (kernel - 1) / 2, bias: false },
  { type: "batchnorm2d" },
];
const act: LayerSpec = { type: "activation" };

// resnet50_permutation_spec of git-re-basin (ef40098). Its first version named the second convolution of a block with a
// shortcut twice and left out the third (issue 10 there); the corrected one holds here.
test("the groups of ResNet-50's bottlenecks are those of the corrected published specification", () => {
  const layers: LayerSpec[] = [...conv(4, 3), act];
  const rows: Row[] = [["layers.0", null, "P_bg0"]];
  for (const [stage, blocks] of [3, 4, 6, 3].entries()) {
    for (let b = 0; b < blocks; b++) {
      const [path, out] = [`layers.${layers.length}`, `P_bg${stage + 1}`];
      const [reads, inner] = [b === 0 ? `P_bg${stage}` : out, `P_${stage}.${b}_inner`];
      const width = 2 ** (stage + 1);
      const body = [...conv(width, 1), act, ...conv(width, 3), act, ...conv(4 * width, 1)];
      layers.push({ type: "residual", body, shortcut: b === 0 ? conv(4 * width, 1) : [] }, act);
      rows.push(
        [`${path}.body.0`, reads, `${inner}1`],
        [`${path}.body.3`, `${inner}1`, `${inner}2`],
        [`${path}.body.6`, `${inner}2`, out],
      );
      if (b === 0) rows.push([`${path}.shortcut.0`, reads, out]);
    }
  }
  rows.push([`layers.${layers.length + 2}`, "P_bg4", null]);
  layers.push({ type: "avgpool2d", kernel: 4 }, { type: "flatten" }, { type: "linear", out: 2 });
  const architecture: Architecture = { name: "resnet-50", input: [3, 4, 4], classes: 2, layers };
  expect(groupsOf(architecture)).toEqual(published(rows));
});
