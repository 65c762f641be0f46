/**
 * The laws as a table for people: law, published figure, simulated figure with its error, verdict.
 */
import colors from 'picocolors';
import { log10 } from '../../base/math.ts';
import type { LawRecord } from './judge.ts';

const DIGITS = 6;

/**
 * Writes a figure with as many decimals as its standard error has two digits of.
 *
 * @param value - NaN is a dash.
 * @param se - 0 or NaN where there is no spread; then six significant digits.
 */
export function figure(value: number, se: number): string {
  if (Number.isNaN(value)) return '-';
  if (!(se > 0) || !Number.isFinite(value)) return String(Number(value.toPrecision(DIGITS)));
  const decimals = 1 - Math.floor(log10(se));
  return decimals > 8 ? value.toPrecision(3) : value.toFixed(Math.max(0, decimals));
}

/** Estimate and standard error as `0.1669 ± 0.0008`; without ± where there is no spread. */
export function estimateText({ estimate, se }: Pick<LawRecord, 'estimate' | 'se'>): string {
  return se > 0 ? `${figure(estimate, se)} ± ${figure(se, se)}` : figure(estimate, se);
}

/** Published figure with the digits it takes to compare it, and its unit. */
export function referenceText({ kind, reference, se, unit }: LawRecord): string {
  if (kind === 'trend') return 'rises';
  const text = kind === 'band' ? figure(reference, 0) : figure(reference, se / 10);
  return unit === '' ? text : `${text} ${unit}`;
}

/**
 * Renders records by group.
 *
 * @param colour - Whether to use terminal colours; default what the terminal supports.
 * @returns Lines ending in a newline.
 */
export function lawTable(
  records: readonly LawRecord[],
  colour: boolean = colors.isColorSupported,
): string {
  const paint = colors.createColors(colour);
  const isSeveral = new Set(records.map(({ seed }) => seed)).size > 1;
  const heads = ['law and its parameters', 'published', 'simulated', 'verdict', 'id'];
  const body = records.map((record) => [
    record.parameters,
    referenceText(record),
    estimateText(record),
    record.verdict,
    isSeveral ? `${record.id}, seed ${record.seed}` : record.id,
  ]);
  const widths = heads.map((head, c) =>
    Math.max(head.length, ...body.map((row) => row[c]!.length)),
  );
  const pad = (row: readonly string[]) =>
    row.map((text, c) => {
      if (c === row.length - 1) return text;
      return c === 1 || c === 2 ? text.padStart(widths[c]!) : text.padEnd(widths[c]!);
    });
  const lines = [paint.bold(`    ${pad(heads).join('  ')}`)];
  records.forEach((record, i) => {
    const before = records[i - 1];
    if (before?.group !== record.group) lines.push(paint.dim(record.group));
    if (before?.group !== record.group || before.law !== record.law) lines.push(`  ${record.law}`);
    const [parameters, published, simulated, verdict, id] = pad(body[i]!);
    const mark = record.verdict === 'pass' ? paint.green(verdict!) : paint.red(verdict!);
    lines.push(`    ${parameters}  ${published}  ${simulated}  ${mark}  ${paint.dim(id!)}`);
    if (record.verdict === 'fail') lines.push(paint.red(`      ${record.note}`));
  });
  return `${lines.join('\n')}\n`;
}
