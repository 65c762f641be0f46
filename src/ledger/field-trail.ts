/**
 * Which field of an encoding a byte belongs to. Values are decoded as always, by a reader that writes down
 * what it was asked for; names of the fields come from the decoders themselves, so that a new type of
 * transaction needs nothing here.
 */
import { ByteReader } from './encoding.ts';
import { decodeGenesis } from './genesis.ts';
import { decodeReceipt } from './receipt.ts';
import { decodeTransaction } from './transactions.ts';

/** One read of a decoder: what it asked for, and the bytes that it got. */
interface Step {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** A reader that keeps a trail; a read within a read does not count. */
class TrailReader extends ByteReader {
  readonly steps: Step[] = [];
  private depth = 0;

  private note<T>(name: string, read: () => T): T {
    const from = this.offset;
    this.depth++;
    const value = read();
    this.depth--;
    if (this.depth === 0) this.steps.push({ name, from, to: this.offset });
    return value;
  }

  override u8(what = 'a byte'): number {
    return this.note(what, () => super.u8(what));
  }

  override uint(what = 'an integer'): number {
    return this.note(what, () => super.uint(what));
  }

  override int(what = 'an integer'): number {
    return this.note(what, () => super.int(what));
  }

  override flag(what = 'a flag'): boolean {
    return this.note(what, () => super.flag(what));
  }

  override raw(byteCount: number, what = 'bytes'): Uint8Array {
    return this.note(what, () => super.raw(byteCount, what));
  }

  override blob(what = 'bytes'): Uint8Array {
    return this.note(what, () => super.blob(what));
  }

  override text(what = 'text'): string {
    return this.note(what, () => super.text(what));
  }

  override count(itemBytes: number, what = 'a count'): number {
    return this.note(what, () => super.count(itemBytes, what));
  }

  override uints(what = 'integers'): number[] {
    return this.note(what, () => super.uints(what));
  }
}

const ENVELOPE: Readonly<Record<string, string>> = {
  'a transaction version': 'version',
  'a transaction type': 'type',
  'a chain id': 'chainId',
};

const RECEIPT: Readonly<Record<string, string>> = {
  'a receipt status': 'status',
  'gas used': 'gasUsed',
  'a reason code': 'reason',
};

const GENESIS: Readonly<Record<string, string>> = {
  'a genesis version': 'version',
  'a name': 'name',
  'a crypto mode': 'cryptoMode',
  'a membership rule': 'membership',
  'a consensus name': 'consensus.name',
  'an account count': 'accounts.count',
  'an account id': 'id',
  'a role': 'role',
  'a public key': 'publicKey',
  'a balance': 'balanceUpt',
  'a certificate id': 'certificates.firstId',
  'a certificate count': 'certificates.count',
  'a locked count': 'lockedCount',
  'a registered flag': 'registered',
  'a parameter count': 'count',
  'a parameter name': 'name',
  'a parameter value': 'value',
};

/** The step that holds a byte; undefined where none does. */
function stepAt(steps: readonly Step[], offset: number): number {
  return steps.findIndex(({ from, to }) => from <= offset && offset < to);
}

/** Where a transaction's field stands. */
export interface TransactionField {
  readonly type: string;
  /** Path of the field, e.g. `payload.entries.paymentUpt[2]`. */
  readonly field: string;
}

/**
 * Field of a transaction that a byte belongs to.
 *
 * @param offset - Of the byte, within `bytes`.
 * @param from - Where the unsigned transaction begins.
 * @throws {DecodeError} on bytes that are no transaction.
 */
export function transactionField(
  bytes: Uint8Array,
  from: number,
  offset: number,
): TransactionField | undefined {
  const reader = new TrailReader(bytes, from, bytes.length);
  const transaction = decodeTransaction(reader);
  const { type, payload, tipUpt } = transaction;
  // The envelope ends with the expiry, or with a tip where there is one.
  const expiry = reader.steps.findIndex((step) => step.name === 'expiryUs');
  const envelope = expiry + 1 + (tipUpt === undefined || tipUpt === 0 ? 0 : 1);
  const at = stepAt(reader.steps, offset);
  if (at < 0) return undefined;
  const { name } = reader.steps[at]!;
  if (at < envelope) return { type, field: ENVELOPE[name] ?? name };
  const steps = reader.steps.slice(envelope, at + 1);
  return { type, field: payloadPath(payload as unknown as Fields, steps) };
}

type Fields = Readonly<Record<string, unknown>>;

/** Path of what the last step read. */
function payloadPath(payload: Fields, steps: readonly Step[]): string {
  const { name } = steps.at(-1)!;
  const counted = /^(?:the|a) (?:count|length) of (?:an? )?(.*)$/.exec(name);
  const word = counted?.[1] ?? plain(name);
  // A field of the payload itself is one step: a second one of its name is a column's or an item's.
  const isSecond = steps.slice(0, -1).some((step) => step.name === name);
  const path = isSecond && counted === null ? below(payload, word, steps) : undefined;
  return pathText(path ?? pathOf(payload, word, steps), word, counted !== null);
}

function pathText(path: string | undefined, word: string, isCount: boolean): string {
  if (path === undefined) return `payload (${word})`;
  return `payload.${path}${isCount ? '.count' : ''}`;
}

/** A field's name without the article that messages give it; a row count is the `count` of columns. */
function plain(name: string): string {
  return name === 'a row count' ? 'count' : name.replace(/^an? /, '');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

/** Path to a key in a payload, the shallowest first; items of lists and rows of columns by number. */
function pathOf(value: Fields, word: string, steps: readonly Step[]): string | undefined {
  if (word in value) {
    const isColumn = typeof value.count === 'number' && value[word] instanceof Float64Array;
    return isColumn ? `${word}[${runLength(steps) - 1}]` : word;
  }
  return below(value, word, steps);
}

/** Path to a key in what a payload is made of. */
function below(value: Fields, word: string, steps: readonly Step[]): string | undefined {
  for (const [key, child] of Object.entries(value)) {
    if (Array.isArray(child) && isFields(child[0])) {
      const path = pathOf(child[0], word, steps);
      if (path === undefined) continue;
      const first = Object.keys(child[0])[0]!;
      const items = steps.filter(({ name }) => plain(name) === first).length;
      return `${key}[${Math.max(0, items - 1)}].${path}`;
    }
    if (isFields(child) && !Array.isArray(child)) {
      const path = pathOf(child, word, steps);
      if (path !== undefined) return `${key}.${path}`;
    }
  }
  return undefined;
}

/** Steps at the end that have one name: the rows of a column up to here. */
function runLength(steps: readonly Step[]): number {
  const { name } = steps.at(-1)!;
  let length = 0;
  while (steps.at(-1 - length)?.name === name) length++;
  return length;
}

/**
 * Field of a receipt that a byte belongs to; undefined where it belongs to none.
 *
 * @throws {DecodeError} on bytes that are no receipt.
 */
export function receiptField(bytes: Uint8Array, from: number, offset: number): string | undefined {
  const reader = new TrailReader(bytes, from, bytes.length);
  decodeReceipt(reader);
  const name = reader.steps[stepAt(reader.steps, offset)]?.name;
  return name === undefined ? undefined : (RECEIPT[name] ?? name);
}

/**
 * Field of a genesis that a byte belongs to, e.g. `accounts[3].balanceUpt`; undefined where it belongs to
 * none.
 *
 * @throws {DecodeError} on bytes that are no genesis.
 */
export function genesisField(bytes: Uint8Array, from: number, offset: number): string | undefined {
  const reader = new TrailReader(bytes, from, bytes.length);
  decodeGenesis(reader);
  const { steps } = reader;
  const at = stepAt(steps, offset);
  if (at < 0) return undefined;
  const { name } = steps[at]!;
  const field = GENESIS[name] ?? name;
  const count = (wanted: string) =>
    steps.slice(0, at + 1).filter((step) => step.name === wanted).length;
  const accounts = count('an account count');
  if (name.startsWith('a parameter')) {
    const list = accounts === 0 ? 'consensus.parameters' : 'parameters';
    const start = steps.slice(0, at + 1).findLastIndex((s) => s.name === 'a parameter count');
    const names = steps.slice(start, at + 1).filter((step) => step.name === 'a parameter name');
    return name === 'a parameter count' ? `${list}.count` : `${list}[${names.length - 1}].${field}`;
  }
  const account = count('an account id');
  return account === 0 ? field : `accounts[${account - 1}].${field}`;
}
