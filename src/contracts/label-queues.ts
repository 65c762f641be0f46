/**
 * Labels that an account holds and that are in no certificate: queues of ranges of serials, first in, first
 * out. Ranges that continue one another merge, and every operation costs the ranges that it touches, not the
 * labels in them.
 */
import { invariant } from '../base/errors.ts';
import {
  countOf,
  generatorOf,
  LABEL_HOLDER,
  labelHolderCell,
  labelWord,
  QUEUE,
  QUEUE_FIELD,
  QUEUE_RANGES_MAX,
  queueCell,
  RANGE,
  serialOf,
  sizeWord,
  vintageOf,
} from './certificate-cells.ts';
import type { Call } from './rules.ts';
import type { ReadCell } from './voters.ts';

/** Labels in a row of one generator and one period of delivery. */
export interface LabelRange {
  /** Account of the generator's owner. */
  readonly generator: number;
  readonly serialFrom: number;
  /** First serial behind the range. */
  readonly serialTo: number;
  readonly vintage: number;
}

/** A range with the number of bought ranges that came before it; 0 for bought ones. */
interface QueuedRange extends LabelRange {
  readonly boughtBefore: number;
}

const FIELD_COUNT = Object.keys(QUEUE_FIELD).length;

const queueFieldCell = (account: number, queue: number, field: number) =>
  labelHolderCell(account, LABEL_HOLDER.queues + FIELD_COUNT * queue + field);

/** Labels in a queue, a code of {@link QUEUE}. */
export const labelsIn = (read: ReadCell, account: number, queue: number): number =>
  read(queueFieldCell(account, queue, QUEUE_FIELD.labels));

function readRange(read: ReadCell, account: number, queue: number, place: number): QueuedRange {
  const end = read(queueCell(account, queue, place, RANGE.end));
  const size = read(queueCell(account, queue, place, RANGE.size));
  const serialTo = serialOf(end);
  return {
    generator: generatorOf(end),
    serialFrom: serialTo - countOf(size),
    serialTo,
    vintage: vintageOf(size),
    boughtBefore:
      queue === QUEUE.own ? read(queueCell(account, queue, place, RANGE.boughtBefore)) : 0,
  };
}

function writeRange(
  { state }: Call,
  account: number,
  queue: number,
  place: number,
  range: QueuedRange | undefined,
): void {
  const put = (field: number, value: number) => {
    const cell = queueCell(account, queue, place, field);
    if (state.read(cell) !== value) state.write(cell, value);
  };
  put(RANGE.end, range === undefined ? 0 : labelWord(range.generator, range.serialTo));
  const count = range === undefined ? 0 : range.serialTo - range.serialFrom;
  put(RANGE.size, range === undefined ? 0 : sizeWord(range.vintage, count));
  if (queue === QUEUE.own) put(RANGE.boughtBefore, range?.boughtBefore ?? 0);
}

/** Ranges of a queue, oldest first. */
export function rangesIn(read: ReadCell, account: number, queue: number): LabelRange[] {
  return queuedIn(read, account, queue);
}

function queuedIn(read: ReadCell, account: number, queue: number): QueuedRange[] {
  const ranges: QueuedRange[] = [];
  const end = read(queueFieldCell(account, queue, QUEUE_FIELD.put));
  for (let at = read(queueFieldCell(account, queue, QUEUE_FIELD.taken)); at < end; at++) {
    ranges.push(readRange(read, account, queue, at));
  }
  return ranges;
}

/** Puts labels at the end of a queue. */
export function appendLabels(call: Call, account: number, queue: number, range: LabelRange): void {
  const { state } = call;
  const { read } = state;
  const labels = queueFieldCell(account, queue, QUEUE_FIELD.labels);
  state.write(labels, read(labels) + range.serialTo - range.serialFrom);
  const put = read(queueFieldCell(account, queue, QUEUE_FIELD.put));
  const taken = read(queueFieldCell(account, queue, QUEUE_FIELD.taken));
  // What came into the other tradable queue meanwhile stands between the two in the order of arrival.
  const isOrdered = queue !== QUEUE.self;
  const lastQueue = labelHolderCell(account, LABEL_HOLDER.lastQueue);
  const isNext = !isOrdered || read(lastQueue) === queue + 1;
  if (put > taken && isNext) {
    const last = readRange(read, account, queue, put - 1);
    const isContinued =
      last.serialTo === range.serialFrom &&
      last.generator === range.generator &&
      last.vintage === range.vintage;
    if (isContinued) {
      writeRange(call, account, queue, put - 1, { ...last, serialTo: range.serialTo });
      return;
    }
  }
  invariant(
    put - taken < QUEUE_RANGES_MAX,
    'limit-label-ranges',
    () => `account ${account} holds ${put - taken} ranges of labels in queue ${queue}`,
  );
  if (isOrdered && !isNext) state.write(lastQueue, queue + 1);
  const boughtBefore =
    queue === QUEUE.own ? read(queueFieldCell(account, QUEUE.bought, QUEUE_FIELD.put)) : 0;
  writeRange(call, account, queue, put, { ...range, boughtBefore });
  state.write(queueFieldCell(account, queue, QUEUE_FIELD.put), put + 1);
}

/** Takes labels of the oldest range of a queue, at most all of it. */
function takeOldestRange(call: Call, account: number, queue: number, most: number): LabelRange {
  const { state } = call;
  const takenCell = queueFieldCell(account, queue, QUEUE_FIELD.taken);
  const taken = state.read(takenCell);
  const { generator, serialFrom, serialTo, vintage } = readRange(state.read, account, queue, taken);
  const length = serialTo - serialFrom;
  const count = Math.min(most, length);
  if (count === length) {
    writeRange(call, account, queue, taken, undefined);
    state.write(takenCell, taken + 1);
  } else {
    const size = queueCell(account, queue, taken, RANGE.size);
    state.write(size, sizeWord(vintage, length - count));
  }
  const labels = queueFieldCell(account, queue, QUEUE_FIELD.labels);
  state.write(labels, state.read(labels) - count);
  return { generator, serialFrom, serialTo: serialFrom + count, vintage };
}

/** Takes the oldest labels of a queue, which has so many. */
export function takeLabels(
  call: Call,
  account: number,
  queue: number,
  count: number,
): LabelRange[] {
  const ranges: LabelRange[] = [];
  for (let left = count; left > 0; ) {
    const range = takeOldestRange(call, account, queue, left);
    left -= range.serialTo - range.serialFrom;
    ranges.push(range);
  }
  return ranges;
}

/**
 * Takes the oldest tradable labels of an account, own and bought in the order in which they came. It has so
 * many.
 *
 * @param ownMost - Most that may come from its own generation; the others are bought ones.
 */
export function takeTradable(
  call: Call,
  account: number,
  count: number,
  ownMost: number,
): LabelRange[] {
  const { read } = call.state;
  const ranges: LabelRange[] = [];
  let ownLeft = Math.min(ownMost, labelsIn(read, account, QUEUE.own));
  /** Whether its own oldest labels came before the oldest that it bought, or there are no others. */
  const isOwnOlder = () => {
    const boughtTaken = read(queueFieldCell(account, QUEUE.bought, QUEUE_FIELD.taken));
    if (boughtTaken === read(queueFieldCell(account, QUEUE.bought, QUEUE_FIELD.put))) return true;
    const ownTaken = read(queueFieldCell(account, QUEUE.own, QUEUE_FIELD.taken));
    const before = read(queueCell(account, QUEUE.own, ownTaken, RANGE.boughtBefore));
    return before <= boughtTaken;
  };
  for (let left = count; left > 0; ) {
    const isOwn = ownLeft > 0 && isOwnOlder();
    const queue = isOwn ? QUEUE.own : QUEUE.bought;
    const range = takeOldestRange(call, account, queue, isOwn ? Math.min(left, ownLeft) : left);
    const taken = range.serialTo - range.serialFrom;
    if (isOwn) ownLeft -= taken;
    left -= taken;
    ranges.push(range);
  }
  return ranges;
}

/**
 * Takes certain labels out of the middle of a queue.
 *
 * @returns Whether all of them were there; nothing has changed otherwise.
 */
export function removeLabels(
  call: Call,
  account: number,
  queue: number,
  { generator, serialFrom, serialTo }: Omit<LabelRange, 'vintage'>,
): boolean {
  const { state } = call;
  const before = queuedIn(state.read, account, queue);
  const after: QueuedRange[] = [];
  let removed = 0;
  for (const range of before) {
    const from = Math.max(serialFrom, range.serialFrom);
    const to = Math.min(serialTo, range.serialTo);
    if (range.generator !== generator || from >= to) {
      after.push(range);
      continue;
    }
    removed += to - from;
    if (range.serialFrom < from) after.push({ ...range, serialTo: from });
    if (to < range.serialTo) after.push({ ...range, serialFrom: to });
  }
  if (removed !== serialTo - serialFrom) return false;
  const taken = state.read(queueFieldCell(account, queue, QUEUE_FIELD.taken));
  for (let k = 0; k < Math.max(before.length, after.length); k++) {
    if (before[k] !== after[k]) writeRange(call, account, queue, taken + k, after[k]);
  }
  state.write(queueFieldCell(account, queue, QUEUE_FIELD.put), taken + after.length);
  const labels = queueFieldCell(account, queue, QUEUE_FIELD.labels);
  state.write(labels, state.read(labels) - removed);
  if (queue === QUEUE.bought) renumber(call, account, taken, before, after);
  return true;
}

/** Lets own labels count the ranges before them anew, after bought ranges were split or taken out. */
function renumber(
  { state }: Call,
  account: number,
  taken: number,
  before: readonly LabelRange[],
  after: readonly LabelRange[],
): void {
  /** Ranges of the new queue that stem from the first so many of the old one. */
  const newCount = (count: number) => {
    const kept = before.slice(0, count);
    return after.filter((range) =>
      kept.some(
        (one) =>
          one.generator === range.generator &&
          one.serialFrom <= range.serialFrom &&
          range.serialTo <= one.serialTo,
      ),
    ).length;
  };
  const end = state.read(queueFieldCell(account, QUEUE.own, QUEUE_FIELD.put));
  let at = state.read(queueFieldCell(account, QUEUE.own, QUEUE_FIELD.taken));
  for (; at < end; at++) {
    const cell = queueCell(account, QUEUE.own, at, RANGE.boughtBefore);
    const count = state.read(cell) - taken;
    if (count > 0) state.write(cell, taken + newCount(count));
  }
}
