import { createHash } from "node:crypto";
import { z } from "zod";
import { type MetricRow, metricNames } from "../files/tables.ts";

/**
 * The journal of one attempt at a shard: a first line that names the plan, then a line per epoch, written once its slab
 * is on the disk. A line counts only if its own checksum holds, so a torn or damaged one ends the journal.
 * Metrics are stored as their float64 bits, because JSON has no NaN and no -0.
 */
export interface JournalEpoch {
  epoch: number;
  /** SHA-256 of the slab [M, D]. */
  slab: string;
  metrics: MetricRow[];
}

const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const journalHeadSchema = z.strictObject({ journal: z.literal("1.0"), plan: hash, check: hash });
export const journalLineSchema = z.strictObject({
  epoch: z.int().min(0),
  slab: hash,
  metrics: z.base64(),
  check: hash,
});

/** SHA-256 in hexadecimal. */
export function sha256(...parts: (string | Uint8Array)[]): string {
  const digest = createHash("sha256");
  for (const part of parts) digest.update(part);
  return digest.digest("hex");
}

export function encodeHead(plan: string): string {
  return `${JSON.stringify({ journal: "1.0", plan, check: sha256(plan) })}\n`;
}

export function encodeLine({ epoch, slab, metrics }: JournalEpoch): string {
  const encoded = encodeMetrics(metrics);
  return `${JSON.stringify({ epoch, slab, metrics: encoded, check: sha256(`${epoch} ${slab} ${encoded}`) })}\n`;
}

export interface Journal {
  /** The plan that the first line names; null when that line is torn. */
  plan: string | null;
  epochs: JournalEpoch[];
  /** Bytes up to and with line i: ends[0] is the head, ends[i + 1] is epoch i. */
  ends: number[];
}

/** The longest good prefix. models: the ids of the rows. */
export function decodeJournal(bytes: Uint8Array, models: readonly number[]): Journal {
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
      const epoch = journal.epochs.length;
      if (!line.success || line.data.epoch !== epoch) break;
      const { slab, metrics, check } = line.data;
      if (check !== sha256(`${epoch} ${slab} ${metrics}`)) break;
      const rows = decodeMetrics(metrics, epoch, models);
      if (rows === null) break;
      journal.epochs.push({ epoch, slab, metrics: rows });
    }
    journal.ends.push(end);
    begin = end;
  }
  return journal;
}

function parseLine(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

function encodeMetrics(rows: readonly MetricRow[]): string {
  const bytes = Buffer.alloc(rows.length * metricNames.length * 8);
  let at = 0;
  for (const row of rows) for (const name of metricNames) at = bytes.writeDoubleLE(row[name], at);
  return bytes.toString("base64");
}

function decodeMetrics(base64: string, epoch: number, models: readonly number[]): MetricRow[] | null {
  const bytes = Buffer.from(base64, "base64");
  if (bytes.length !== models.length * metricNames.length * 8) return null;
  return models.map((model, m) => {
    const value = (k: number): number => bytes.readDoubleLE((m * metricNames.length + k) * 8);
    const [train_loss, train_acc, val_loss, val_acc, test_loss, test_acc] = metricNames.map((_, k) => value(k));
    return { model, epoch, train_loss, train_acc, val_loss, val_acc, test_loss, test_acc };
  });
}
