/**
 * Labels that an account holds and that are in no certificate: queues of ranges of serials, first in, first
 * out. Ranges that continue one another merge, and every operation costs the ranges that it touches, not the
 * labels in them.
 */
import { invariant } from '../base/errors.ts';
import {
  LABEL_HOLDER,
  labelHolderCell,
  QUEUE,
  QUEUE_FIELD,
  QUEUE_RANGES_MAX,
  queueCell,
  RANGE,
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

/** A range with the number of its arrival. */
interface QueuedRange extends LabelRange {
  readonly arrival: number;
}

const FIELD_COUNT = Object.keys(QUEUE_FIELD).length;
const RANGE_FIELDS = Object.values(RANGE);

const queueFieldCell = (account: number, queue: number, field: number) =>
  labelHolderCell(account, LABEL_HOLDER.queues + FIELD_COUNT * queue + field);

/** Labels in a queue, a code of {@link QUEUE}. */
export const labelsIn = (read: ReadCell, account: number, queue: number): number =>
  read(queueFieldCell(account, queue, QUEUE_FIELD.labels));

function readRange(read: ReadCell, account: number, queue: number, place: number): QueuedRange {
  const of = (field: number) => read(queueCell(account, queue, place, field));
  return {
    generator: of(RANGE.generator),
    serialFrom: of(RANGE.serialFrom),
    serialTo: of(RANGE.serialTo),
    vintage: of(RANGE.vintage),
    arrival: of(RANGE.arrival),
  };
}

function writeRange(
  { state }: Call,
  account: number,
  queue: number,
  place: number,
  range: QueuedRange | undefined,
): void {
  const values = [
    range?.generator ?? 0,
    range?.serialFrom ?? 0,
    range?.serialTo ?? 0,
    range?.vintage ?? 0,
    range?.arrival ?? 0,
  ];
  RANGE_FIELDS.forEach((field, k) => {
    const cell = queueCell(account, queue, place, field);
    if (state.read(cell) !== values[k]!) state.write(cell, values[k]!);
  });
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
    const last = (field: number) => queueCell(account, queue, put - 1, field);
    const isContinued =
      read(last(RANGE.serialTo)) === range.serialFrom &&
      read(last(RANGE.generator)) === range.generator &&
      read(last(RANGE.vintage)) === range.vintage;
    if (isContinued) {
      state.write(last(RANGE.serialTo), range.serialTo);
      return;
    }
  }
  invariant(
    put - taken < QUEUE_RANGES_MAX,
    'limit-label-ranges',
    () => `account ${account} holds ${put - taken} ranges of labels in queue ${queue}`,
  );
  let arrival = 0;
  if (isOrdered) {
    const arrivals = labelHolderCell(account, LABEL_HOLDER.arrivals);
    arrival = read(arrivals) + 1;
    state.write(arrivals, arrival);
    if (!isNext) state.write(lastQueue, queue + 1);
  }
  writeRange(call, account, queue, put, { ...range, arrival });
  state.write(queueFieldCell(account, queue, QUEUE_FIELD.put), put + 1);
}

/** Takes labels of the oldest range of a queue, at most all of it. */
function takeOldestRange(call: Call, account: number, queue: number, most: number): LabelRange {
  const { state } = call;
  const takenCell = queueFieldCell(account, queue, QUEUE_FIELD.taken);
  const taken = state.read(takenCell);
  const range = readRange(state.read, account, queue, taken);
  const count = Math.min(most, range.serialTo - range.serialFrom);
  const serialTo = range.serialFrom + count;
  if (serialTo === range.serialTo) {
    writeRange(call, account, queue, taken, undefined);
    state.write(takenCell, taken + 1);
  } else {
    state.write(queueCell(account, queue, taken, RANGE.serialFrom), serialTo);
  }
  const labels = queueFieldCell(account, queue, QUEUE_FIELD.labels);
  state.write(labels, state.read(labels) - count);
  const { generator, serialFrom, vintage } = range;
  return { generator, serialFrom, serialTo, vintage };
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
  const arrivalOf = (queue: number) => {
    const taken = read(queueFieldCell(account, queue, QUEUE_FIELD.taken));
    const isEmpty = taken === read(queueFieldCell(account, queue, QUEUE_FIELD.put));
    return isEmpty
      ? Number.POSITIVE_INFINITY
      : read(queueCell(account, queue, taken, RANGE.arrival));
  };
  for (let left = count; left > 0; ) {
    const isOwn = ownLeft > 0 && arrivalOf(QUEUE.own) < arrivalOf(QUEUE.bought);
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
  return true;
}
