/**
 * The genesis: what the chain starts from, as canonical bytes. Its hash is the previous hash of the
 * first block and its first 8 bytes are the chain id that every transaction signs.
 */
import { CHAIN_ID_BYTES } from './block.ts';
import { type ByteReader, type ByteWriter, createWriter, DecodeError } from './encoding.ts';
import { type HashHex, hexToBytes, sha256Hex } from './hash.ts';
import { CRYPTO_MODES, type CryptoMode, KEY_BYTES } from './signature.ts';

/** Version of the genesis format. */
export const GENESIS_VERSION = 1;

/** A named integer, |value| < 2^52. */
export type NamedInteger = readonly [name: string, value: number];

/** One account at the start. Its position in the list is its index. */
export interface GenesisAccount {
  /** Readable id, e.g. `home-017`; unique. */
  readonly id: string;
  /** Role code, 0..255. */
  readonly role: number;
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly balanceUpt: number;
  /** Certificates it owns: `count` ids from `firstId`; the ranges of accounts do not overlap. */
  readonly certificates: { readonly firstId: number; readonly count: number };
  /** How many of them, from the first, are locked as stake; at most `count`. */
  readonly lockedCount: number;
  /** True when it is a member from the start. */
  readonly registered: boolean;
}

/** Start of a chain. */
export interface Genesis {
  readonly name: string;
  readonly cryptoMode: CryptoMode;
  /** Admission rule, e.g. `consortium` or `public`. */
  readonly membership: string;
  /** Length of a delivery slot [µs]. */
  readonly slotUs: number;
  /** Start of the run [s since 1970-01-01T00:00Z]; may be negative. */
  readonly startEpochS: number;
  /** Local time is UTC plus this [min]. */
  readonly utcOffsetMin: number;
  readonly consensus: { readonly name: string; readonly parameters: readonly NamedInteger[] };
  readonly accounts: readonly GenesisAccount[];
  /** Parameters of contracts and rules. */
  readonly parameters: readonly NamedInteger[];
}

function byName(a: NamedInteger, b: NamedInteger): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}

function writeParameters(parameters: readonly NamedInteger[], writer: ByteWriter): void {
  const sorted = [...parameters].sort(byName);
  writer.uint(sorted.length);
  for (let i = 0; i < sorted.length; i++) {
    const [name, value] = sorted[i]!;
    if (i > 0 && sorted[i - 1]![0] === name) {
      throw new RangeError(`"parameters" expected unique names, got "${name}" twice`);
    }
    writer.text(name);
    writer.int(value);
  }
}

function readParameters(reader: ByteReader): NamedInteger[] {
  const parameters: NamedInteger[] = [];
  for (let left = reader.count(2, 'a parameter count'); left > 0; left--) {
    const at = reader.offset;
    const name = reader.text('a parameter name');
    const before = parameters.at(-1);
    if (before !== undefined && !(before[0] < name)) {
      throw new DecodeError(at, 'parameter names in ascending order');
    }
    parameters.push([name, reader.int('a parameter value')]);
  }
  return parameters;
}

function writeAccount(account: GenesisAccount, writer: ByteWriter): void {
  if (!(account.lockedCount <= account.certificates.count)) {
    throw new RangeError(
      `"lockedCount" expected 0..${account.certificates.count}, got ${account.lockedCount}`,
    );
  }
  writer.text(account.id);
  writer.u8(account.role);
  writer.fixed(account.publicKey, KEY_BYTES);
  writer.uint(account.balanceUpt);
  writer.uint(account.certificates.firstId);
  writer.uint(account.certificates.count);
  writer.uint(account.lockedCount);
  writer.flag(account.registered);
}

function readAccount(reader: ByteReader): GenesisAccount {
  const id = reader.text('an account id');
  const role = reader.u8('a role');
  const publicKey = reader.raw(KEY_BYTES, 'a public key');
  const balanceUpt = reader.uint('a balance');
  const certificates = {
    firstId: reader.uint('a certificate id'),
    count: reader.uint('a certificate count'),
  };
  const at = reader.offset;
  const lockedCount = reader.uint('a locked count');
  if (lockedCount > certificates.count) {
    throw new DecodeError(at, `at most ${certificates.count} locked certificates`);
  }
  const registered = reader.flag('a registered flag');
  return { id, role, publicKey, balanceUpt, certificates, lockedCount, registered };
}

/**
 * What keeps a list of accounts from being a start: a repeated id, or a certificate owned twice.
 */
function accountProblem(accounts: readonly GenesisAccount[]): string | undefined {
  const ids = new Set<string>();
  for (const { id } of accounts) {
    if (ids.has(id)) return `unique account ids, got "${id}" twice`;
    ids.add(id);
  }
  const ranges = accounts
    .map(({ certificates }) => certificates)
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.firstId - b.firstId || a.count - b.count);
  for (let i = 1; i < ranges.length; i++) {
    const { firstId } = ranges[i]!;
    const before = ranges[i - 1]!;
    if (firstId - before.firstId < before.count) {
      return `certificates with one owner, got ${firstId} twice`;
    }
  }
  return undefined;
}

/**
 * Canonical bytes of a genesis. Parameters are sorted by name (UTF-16 code units), so that the
 * order in which they were given does not change the hash.
 *
 * @returns New bytes.
 * @throws {RangeError} on a value out of range, or a parameter name, account id or certificate
 *   given twice.
 */
export function encodeGenesis(genesis: Genesis): Uint8Array {
  const problem = accountProblem(genesis.accounts);
  if (problem !== undefined) throw new RangeError(`"accounts" expected ${problem}`);
  const writer = createWriter(4096);
  writer.u8(GENESIS_VERSION);
  writer.text(genesis.name);
  writer.u8(CRYPTO_MODES.indexOf(genesis.cryptoMode));
  writer.text(genesis.membership);
  writer.uint(genesis.slotUs);
  writer.int(genesis.startEpochS);
  writer.int(genesis.utcOffsetMin);
  writer.text(genesis.consensus.name);
  writeParameters(genesis.consensus.parameters, writer);
  writer.uint(genesis.accounts.length);
  for (const account of genesis.accounts) writeAccount(account, writer);
  writeParameters(genesis.parameters, writer);
  return writer.copy();
}

/** Reads a genesis; keys are views. @throws {DecodeError} on bytes no genesis encodes to. */
export function decodeGenesis(reader: ByteReader): Genesis {
  if (reader.u8('a genesis version') !== GENESIS_VERSION) {
    throw new DecodeError(reader.offset - 1, `genesis version ${GENESIS_VERSION}`);
  }
  const name = reader.text('a name');
  const cryptoMode = CRYPTO_MODES[reader.u8('a crypto mode')];
  if (cryptoMode === undefined) throw new DecodeError(reader.offset - 1, 'a known crypto mode');
  const membership = reader.text('a membership rule');
  const slotUs = reader.uint('slotUs');
  const startEpochS = reader.int('startEpochS');
  const utcOffsetMin = reader.int('utcOffsetMin');
  const consensus = { name: reader.text('a consensus name'), parameters: readParameters(reader) };
  const accountsAt = reader.offset;
  const accounts: GenesisAccount[] = [];
  for (let left = reader.count(KEY_BYTES, 'an account count'); left > 0; left--) {
    accounts.push(readAccount(reader));
  }
  const problem = accountProblem(accounts);
  if (problem !== undefined) throw new DecodeError(accountsAt, problem);
  const parameters = readParameters(reader);
  return {
    name,
    cryptoMode,
    membership,
    slotUs,
    startEpochS,
    utcOffsetMin,
    consensus,
    accounts,
    parameters,
  };
}

/** Hash of an encoded genesis: the previous hash of the first block. */
export function genesisHash(encoded: Uint8Array): HashHex {
  return sha256Hex(encoded);
}

/** Chain id of a genesis hash: its first 8 bytes. */
export function chainIdOf(hash: HashHex): Uint8Array {
  return hexToBytes(hash.slice(0, 2 * CHAIN_ID_BYTES));
}
