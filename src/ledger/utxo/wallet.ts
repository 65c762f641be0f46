/**
 * A wallet: the keys of one owner, the coins on them as one node's branch has them, and payments. It follows
 * blocks as they are connected and disconnected, so that coins come back when a branch is left, and it holds
 * back what its own payments spend until they are final or dropped.
 */
import { bytesToHex, hexToBytes, putLatin1, sha256Latin1 } from '../hash.ts';
import type { Outpoint, SpendOutput, SpendPayload } from '../payloads/spend.ts';
import { SPEND_ENTRIES_MAX } from '../payloads/spend.ts';
import type { RejectReason } from '../reject-reason.ts';
import { type CryptoMode, createKeyPair, KEY_BYTES, type KeyPair } from '../signature.ts';
import { BNB_TRIES, type SelectionName, selectCoins } from './coin-selection.ts';
import { type Predicate, predicateLock, sig } from './predicate.ts';
import { type AssetCode, outpointName, POINTS, type SpendEnvelope, spendId } from './spend.ts';
import { createWitness, keyHashOf } from './witness.ts';

const KEY_DOMAIN = 'peerwatt wallet key';
/** Most coins of one asset in a payment: half of what a spend holds, the other half being for the fee. */
const COINS_MAX = SPEND_ENTRIES_MAX / 2;

/** Shape of a wallet. */
export interface WalletOptions {
  /** Secret that all keys derive from, 32 bytes. */
  readonly ownerSeed: Uint8Array;
  readonly cryptoMode: CryptoMode;
  /** 8 bytes. */
  readonly chainId: Uint8Array;
  /** Share of payments whose change goes back to the key of a coin they spend, 0..1. */
  readonly changeReuse: number;
}

/** How a payment is made. */
export interface PayOptions {
  readonly selection: SelectionName;
  /** Least amount of an output by asset code. */
  readonly dust: readonly number[];
  /** Points paid to the chain. */
  readonly feeUpt: number;
  /** Points left over up to which no change is made and the fee takes them; 0 unless given. */
  readonly changeCostUpt?: number;
  readonly gasLimit: number;
  readonly expiryUs: number;
  /** Whether change of own payments that no block carries yet may be spent; false unless given. */
  readonly spendsUnconfirmed?: boolean;
  /** Draws on [0, 1): coin selection, place of the change, its key. */
  readonly draws: () => number;
}

/** A payment, and the id its outputs are called by. */
export interface Payment {
  /** Hex id; what {@link Wallet.drop} and the connecting of blocks know it by. */
  readonly id: string;
  readonly payload: SpendPayload;
}

/** An output of this owner. */
export interface WalletCoin {
  readonly outpoint: Outpoint;
  readonly asset: number;
  readonly amount: number;
  /** Index of its key. */
  readonly key: number;
}

/** What an owner has of one asset. */
export interface WalletBalance {
  /** On the branch, unspent, and free. */
  readonly free: number;
  /** On the branch and unspent, but spent by own payments that no block carries yet. */
  readonly reserved: number;
  /** Own change in payments that no block carries yet. */
  readonly awaited: number;
}

/** Keys and coins of one owner. */
export interface Wallet {
  /** Lock of a key never used before: what payees hand out. */
  freshLock(): Uint8Array;
  /** Predicate of a key's lock. */
  predicateOf(key: number): Predicate;
  /** Number of keys derived. */
  readonly keyCount: number;
  /** Makes and signs a payment, and holds back its coins; else says why it cannot be made. */
  pay(
    asset: AssetCode,
    amount: number,
    lockOfPayee: Uint8Array,
    options: PayOptions,
  ): Payment | { readonly reason: RejectReason };
  balance(asset: AssetCode): WalletBalance;
  /** Coins on the branch that no block and no own payment spends, in the order they came. */
  freeCoins(asset: AssetCode): readonly WalletCoin[];
  /** A block of the branch makes an output outside spends (an issue). Others' outputs are ignored. */
  connectOutput(outpoint: Outpoint, output: SpendOutput): void;
  /** The block of {@link connectOutput} left the branch. */
  disconnectOutput(outpoint: Outpoint): void;
  /** A block of the branch carries a spend, anybody's. Own payments that it makes void are dropped. */
  connect(id: string, payload: SpendPayload): void;
  /** The block left the branch; call in reverse order. An own payment waits for a block again. */
  disconnect(id: string, payload: SpendPayload): void;
  /** The spend is final: what it spent cannot come back and is forgotten. */
  finalise(id: string, payload: SpendPayload): void;
  /** An own payment was refused or has expired: its coins are free again, payments on its change fall. */
  drop(id: string): void;
}

/** A coin and its standing. */
interface Entry extends WalletCoin {
  readonly name: string;
  readonly txId: string;
  /** Whether the branch has it. */
  isOnBranch: boolean;
  /** Spend of the branch that spends it; '' for none. */
  spentBy: string;
  /** Own payment without a block that spends it; '' for none. */
  reservedBy: string;
}

/** Seed of an owner's key: SHA-256 of a domain text, the owner's secret and the index (below 2^32). */
export function walletKeySeed(ownerSeed: Uint8Array, index: number): Uint8Array {
  const input = new Uint8Array(KEY_DOMAIN.length + ownerSeed.length + 4);
  for (let i = 0; i < KEY_DOMAIN.length; i++) input[i] = KEY_DOMAIN.charCodeAt(i);
  input.set(ownerSeed, KEY_DOMAIN.length);
  new DataView(input.buffer).setUint32(KEY_DOMAIN.length + ownerSeed.length, index);
  const seed = new Uint8Array(KEY_BYTES);
  putLatin1(sha256Latin1(input), seed, 0);
  return seed;
}

/** Makes an empty wallet. Cost of a payment: linear in the coins, and one signature for each it spends. */
export function createWallet(options: WalletOptions): Wallet {
  const keys: KeyPair[] = [];
  const predicates: Predicate[] = [];
  const locks: Uint8Array[] = [];
  const keyOfLock = new Map<string, number>();
  const coins = new Map<string, Entry>();
  /** Own payments that are not final. */
  const own = new Map<string, { readonly payload: SpendPayload; isOnBranch: boolean }>();

  function freshKey(): number {
    const key = keys.length;
    const pair = createKeyPair(options.cryptoMode, walletKeySeed(options.ownerSeed, key));
    const predicate = sig(keyHashOf(pair.publicKey));
    const lock = predicateLock(predicate);
    keys.push(pair);
    predicates.push(predicate);
    locks.push(lock);
    keyOfLock.set(bytesToHex(lock), key);
    return key;
  }

  const isFree = (coin: Entry, withUnconfirmed: boolean) =>
    coin.spentBy === '' &&
    coin.reservedBy === '' &&
    (coin.isOnBranch || (withUnconfirmed && own.has(coin.txId)));

  function freeEntries(asset: number, withUnconfirmed: boolean): Entry[] {
    const free: Entry[] = [];
    for (const coin of coins.values()) {
      if (coin.asset === asset && isFree(coin, withUnconfirmed)) free.push(coin);
    }
    return free;
  }

  /** Coins of one asset for a sum, and what is left over. */
  function gather(asset: number, target: number, about: PayOptions) {
    const available = freeEntries(asset, about.spendsUnconfirmed ?? false);
    const amounts = available.map(({ amount }) => amount);
    const goal = {
      target,
      changeCost: asset === POINTS ? (about.changeCostUpt ?? 0) : 0,
      dust: about.dust[asset]!,
      inputsMax: COINS_MAX,
      tries: BNB_TRIES,
    };
    const chosen = selectCoins(about.selection, amounts, goal, about.draws);
    if (chosen === undefined) {
      const total = amounts.reduce((sum, amount) => sum + amount, 0);
      return {
        reason: total < target ? ('INSUFFICIENT_BALANCE' as const) : ('NO_SELECTION' as const),
      };
    }
    const taken = chosen.map((index) => available[index]!);
    const over = taken.reduce((sum, { amount }) => sum + amount, 0) - target;
    return { taken, over, isFee: over <= goal.changeCost };
  }

  function changeLock(taken: readonly Entry[], draws: () => number): Uint8Array {
    const key = draws() < options.changeReuse ? taken[0]!.key : freshKey();
    return locks[key]!;
  }

  function pay(
    asset: AssetCode,
    amount: number,
    lockOfPayee: Uint8Array,
    about: PayOptions,
  ): Payment | { readonly reason: RejectReason } {
    if (!(Number.isSafeInteger(amount) && amount > 0)) return { reason: 'ZERO_AMOUNT' };
    if (amount < about.dust[asset]!) return { reason: 'DUST' };
    // The fee is in points: with another asset it needs coins and change of its own.
    const targets: [number, number][] =
      asset === POINTS ? [[POINTS, amount + about.feeUpt]] : [[asset, amount]];
    if (asset !== POINTS && about.feeUpt > 0) targets.push([POINTS, about.feeUpt]);
    const taken: Entry[] = [];
    const outputs: SpendOutput[] = [{ lock: lockOfPayee, asset, amount }];
    let feeUpt = about.feeUpt;
    for (const [kind, target] of targets) {
      const gathered = gather(kind, target, about);
      if (gathered.reason !== undefined) return { reason: gathered.reason };
      taken.push(...gathered.taken);
      if (gathered.isFee) feeUpt += gathered.over;
      else {
        const lock = changeLock(gathered.taken, about.draws);
        const change = { lock, asset: kind, amount: gathered.over };
        // Change that always stood last would tell who is paid.
        outputs.splice(Math.floor(about.draws() * (outputs.length + 1)), 0, change);
      }
    }
    return signed(taken, outputs, feeUpt, about);
  }

  function signed(
    taken: readonly Entry[],
    outputs: readonly SpendOutput[],
    feeUpt: number,
    about: PayOptions,
  ): Payment {
    const inputs = taken.map(({ outpoint }) => outpoint);
    const envelope: SpendEnvelope = {
      chainId: options.chainId,
      gasLimit: about.gasLimit,
      expiryUs: about.expiryUs,
    };
    const message = spendId(envelope, { inputs, outputs, feeUpt });
    const witnesses = taken.map(({ key }) =>
      createWitness(predicates[key]!, [keys[key]!], [], message),
    );
    const id = bytesToHex(message);
    const payload = { inputs, outputs, feeUpt, witnesses };
    own.set(id, { payload, isOnBranch: false });
    for (const coin of taken) coin.reservedBy = id;
    outputs.forEach((output, index) => {
      enter({ txId: message, index }, id, output);
    });
    return { id, payload };
  }

  /** Takes an output on one of our locks in; the coin that is there already keeps its standing. */
  function enter(outpoint: Outpoint, txId: string, output: SpendOutput): Entry | undefined {
    const key = keyOfLock.get(bytesToHex(output.lock));
    if (key === undefined) return undefined;
    const name = outpointName(outpoint);
    const known = coins.get(name);
    if (known !== undefined) return known;
    const { asset, amount } = output;
    const standing = { isOnBranch: false, spentBy: '', reservedBy: '' };
    const copy = { txId: outpoint.txId.slice(), index: outpoint.index };
    const coin: Entry = { name, txId, outpoint: copy, asset, amount, key, ...standing };
    coins.set(name, coin);
    return coin;
  }

  /** Takes an output off the branch; it is kept while an own payment still makes or spends it. */
  function leave(name: string): void {
    const coin = coins.get(name);
    if (coin === undefined) return;
    coin.isOnBranch = false;
    if (coin.reservedBy === '' && !own.has(coin.txId)) coins.delete(name);
  }

  function drop(id: string): void {
    const payment = own.get(id);
    if (payment === undefined || payment.isOnBranch) return;
    own.delete(id);
    for (const outpoint of payment.payload.inputs) {
      const coin = coins.get(outpointName(outpoint));
      if (coin?.reservedBy !== id) continue;
      coin.reservedBy = '';
      if (!coin.isOnBranch && !own.has(coin.txId)) coins.delete(coin.name);
    }
    const txId = hexToBytes(id);
    for (let index = 0; index < payment.payload.outputs.length; index++) {
      const change = coins.get(outpointName({ txId, index }));
      if (change === undefined) continue;
      if (change.reservedBy !== '') drop(change.reservedBy);
      coins.delete(change.name);
    }
  }

  function connect(id: string, payload: SpendPayload): void {
    const payment = own.get(id);
    if (payment !== undefined) payment.isOnBranch = true;
    for (const outpoint of payload.inputs) {
      const name = outpointName(outpoint);
      const rival = coins.get(name)?.reservedBy ?? '';
      if (rival !== '' && rival !== id) drop(rival);
      const coin = coins.get(name);
      if (coin === undefined) continue;
      coin.reservedBy = '';
      coin.spentBy = id;
    }
    const txId = hexToBytes(id);
    payload.outputs.forEach((output, index) => {
      const coin = enter({ txId, index }, id, output);
      if (coin !== undefined) coin.isOnBranch = true;
    });
  }

  function disconnect(id: string, payload: SpendPayload): void {
    const payment = own.get(id);
    if (payment !== undefined) payment.isOnBranch = false;
    for (const outpoint of payload.inputs) {
      const coin = coins.get(outpointName(outpoint));
      if (coin === undefined) continue;
      coin.spentBy = '';
      if (payment !== undefined) coin.reservedBy = id;
    }
    const txId = hexToBytes(id);
    for (let index = 0; index < payload.outputs.length; index++)
      leave(outpointName({ txId, index }));
  }

  function finalise(id: string, payload: SpendPayload): void {
    own.delete(id);
    for (const outpoint of payload.inputs) coins.delete(outpointName(outpoint));
  }

  function balance(asset: AssetCode): WalletBalance {
    const sums = { free: 0, reserved: 0, awaited: 0 };
    for (const coin of coins.values()) {
      if (coin.asset !== asset || coin.spentBy !== '') continue;
      if (!coin.isOnBranch) {
        if (own.has(coin.txId) && coin.reservedBy === '') sums.awaited += coin.amount;
      } else if (coin.reservedBy === '') sums.free += coin.amount;
      else sums.reserved += coin.amount;
    }
    return sums;
  }

  return {
    freshLock: () => locks[freshKey()]!,
    predicateOf: (key) => predicates[key]!,
    get keyCount() {
      return keys.length;
    },
    pay,
    balance,
    freeCoins: (asset) => freeEntries(asset, false),
    connectOutput(outpoint, output) {
      const coin = enter(outpoint, bytesToHex(outpoint.txId), output);
      if (coin !== undefined) coin.isOnBranch = true;
    },
    disconnectOutput: (outpoint) => leave(outpointName(outpoint)),
    connect,
    disconnect,
    finalise,
    drop,
  };
}
