import { z } from "zod";
import type { Cell, ColumnDeclaration, Table } from "../files/columns.ts";
import { withDeclared } from "../files/declared-columns.ts";
import { readTable, writeTable } from "../files/parquet.ts";
import { type MetricRow, metricColumns, metricNames, metricsToTable } from "../files/tables.ts";
import { sha256 } from "../node/digest.ts";

/**
 * The journal of one attempt at a shard: a first line that names the plan, then a line per epoch, written once its slab
 * is on the disk. A line counts only if its own checksum holds, so a torn or damaged one ends the journal.
 * Metrics are stored as the table of Parquet that they end in, because JSON has no NaN, no -0 and no INT64.
 */
export interface JournalEpoch {
  epoch: number;
  /** Over the weights [M, D] of this epoch, see `slabHash`; null where they are not stored. */
  slab: string | null;
  metrics: MetricRow[];
  /** Ids of the models that diverged at this epoch or before, ascending. */
  diverged: number[];
  /** Id of the engine that computed it. */
  engine: string;
}

/** What an attempt is of: its lines must be these epochs, in order. */
export interface JournalPlan {
  /** Ids by row. */
  models: readonly number[];
  measured: readonly number[];
  /** Declared columns of the metrics. */
  columns: readonly ColumnDeclaration[];
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const journalHeadSchema = z.strictObject({ journal: z.literal("2.0"), plan: hash, check: hash });
export const journalLineSchema = z.strictObject({
  epoch: z.int().min(0),
  slab: hash.nullable(),
  metrics: z.base64(),
  diverged: z.array(z.int().min(0)),
  engine: z.string(),
  check: hash,
});

export function encodeHead(plan: string): string {
  return `${JSON.stringify({ journal: "2.0", plan, check: sha256(plan) })}\n`;
}

export function encodeLine(
  { epoch, slab, metrics, diverged, engine }: JournalEpoch,
  columns: readonly ColumnDeclaration[],
): string {
  const table = writeTable(withDeclared(metricColumns, columns), metricsToTable(metrics, columns));
  const line = { epoch, slab, metrics: Buffer.from(table).toString("base64"), diverged, engine };
  return `${JSON.stringify({ ...line, check: checkOf(line) })}\n`;
}

export interface Journal {
  /** The plan that the first line names; null when that line is torn. */
  plan: string | null;
  epochs: JournalEpoch[];
  /** Bytes up to and with line i: ends[0] is the head, ends[i + 1] is that of epochs[i]. */
  ends: number[];
}

/** The longest good prefix. */
export async function decodeJournal(bytes: Uint8Array, plan: JournalPlan): Promise<Journal> {
  const journal: Journal = { plan: null, epochs: [], ends: [] };
  for (let begin = 0; begin < bytes.length; ) {
    const end = bytes.indexOf(0x0a, begin) + 1;
    if (end === 0) break;
    const value = parseLine(bytes.subarray(begin, end));
    if (journal.plan === null) {
      const head = journalHeadSchema.safeParse(value);
      if (!head.success || head.data.check !== sha256(head.data.plan)) break;
      journal.plan = head.data.plan;
    } else {
      const line = journalLineSchema.safeParse(value);
      if (!line.success || line.data.epoch !== plan.measured[journal.epochs.length]) break;
      const { check, ...stated } = line.data;
      if (check !== checkOf(stated)) break;
      journal.epochs.push({ ...stated, metrics: await decodeMetrics(stated.metrics, plan) });
    }
    journal.ends.push(end);
    begin = end;
  }
  return journal;
}

function checkOf({ epoch, slab, metrics, diverged, engine }: Omit<z.infer<typeof journalLineSchema>, "check">): string {
  return sha256(JSON.stringify([epoch, slab, metrics, diverged, engine]));
}

function parseLine(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

/** The checksum of the line has vouched for the table. */
async function decodeMetrics(base64: string, { models, columns }: JournalPlan): Promise<MetricRow[]> {
  const bytes = new Uint8Array(Buffer.from(base64, "base64"));
  const table: Table<typeof metricColumns> = await readTable(withDeclared(metricColumns, columns), bytes, "journal");
  const cells = table as Record<string, ArrayLike<Cell>>;
  return models.map((model, row) => {
    const [train_loss, train_acc, val_loss, val_acc, test_loss, test_acc] = metricNames.map((name) => table[name][row]);
    const metrics = { model, epoch: table.epoch[row], train_loss, train_acc, val_loss, val_acc, test_loss, test_acc };
    if (columns.length === 0) return metrics;
    return { ...metrics, declared: Object.fromEntries(columns.map(({ name }) => [name, cells[name][row]])) };
  });
}
