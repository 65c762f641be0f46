/**
 * The account ledger written a second time, slowly: accounts are objects in maps, gas is counted over names
 * of records, candidates for a block are found by looking at all of them. It shares no code with the ledger.
 */

/** A transaction as the machine sees it. */
export interface MachineTx {
  readonly id: number;
  readonly kind: 'transfer' | 'order' | 'clear';
  readonly sender: number;
  readonly nonce: number;
  readonly gasLimit: number;
  readonly expiryUs: number;
  readonly tipUpt: number;
  readonly sizeBytes: number;
  /** What its bytes claim and who made them. */
  readonly isOfChain: boolean;
  readonly isSigned: boolean;
  /** Of a transfer. */
  readonly to: number;
  readonly amountUpt: number;
  /** Of an order. */
  readonly slot: number;
  readonly sequence: number;
  readonly isBid: boolean;
  readonly quantityWh: number;
  readonly priceUptPerKWh: number;
}

/** An account, with the orders that it has placed. */
interface Account {
  nonce: number;
  balanceUpt: number;
  escrowUpt: number;
}

/** State after a block. */
export interface MachineState {
  readonly accounts: Map<number, Account>;
  /** Orders by slot, owner and sequence: the k-th of its slot. */
  readonly orders: Map<string, number>;
  readonly orderCounts: Map<number, number>;
}

/** What became of a transaction in a block. */
export interface MachineReceipt {
  readonly reason: string;
  readonly gasUsed: number;
}

/** Rules of the machine; accounts are homes, then nodes, then offices. */
export interface MachineRules {
  readonly homeCount: number;
  readonly accountCount: number;
  readonly treasury: number;
  readonly gasPriceUpt: number;
  readonly slotCount: number;
  gateUs(slot: number): number;
}

/** Copies a state. */
export function copyOf(state: MachineState): MachineState {
  return {
    accounts: new Map(Array.from(state.accounts, ([key, account]) => [key, { ...account }])),
    orders: new Map(state.orders),
    orderCounts: new Map(state.orderCounts),
  };
}

/** Bytes of an integer, seven bits each. */
function bytesOf(value: number): number[] {
  const bits = value.toString(2);
  const bytes: number[] = [];
  for (let end = bits.length; end > 0; end -= 7) {
    const more = end > 7 ? 128 : 0;
    bytes.push(more + Number.parseInt(bits.slice(Math.max(0, end - 7), end), 2));
  }
  return bytes;
}

/** 21 000, 16 a payload byte that is not zero and 4 one that is. */
export function intrinsicOf(tx: MachineTx): number {
  const order = [tx.slot, tx.isBid ? 1 : 0, tx.sequence, tx.quantityWh, tx.priceUptPerKWh, 0];
  const integers = { transfer: [tx.to, tx.amountUpt], order, clear: [0, 0] }[tx.kind];
  const bytes = integers.flatMap(bytesOf);
  // A clearing has the hash of its book, here of zeros, and a count of no trades.
  if (tx.kind === 'clear') for (let k = 0; k < 33; k++) bytes.push(0);
  return bytes.reduce((gas, byte) => gas + (byte === 0 ? 4 : 16), 21_000);
}

/** Why a transaction may not go on top of a state, or ''. */
export function refusedBy(
  state: MachineState,
  rules: MachineRules,
  tx: MachineTx,
  atUs: number,
): string {
  if (!tx.isOfChain) return 'WRONG_CHAIN';
  const account = state.accounts.get(tx.sender);
  if (account === undefined) return 'UNKNOWN_SENDER';
  if (!tx.isSigned) return 'BAD_SIGNATURE';
  if (atUs > tx.expiryUs) return 'EXPIRED';
  if (tx.nonce < account.nonce) return 'BAD_NONCE';
  if (tx.gasLimit < intrinsicOf(tx)) return 'INSUFFICIENT_GAS';
  const price = tx.sender < rules.homeCount ? rules.gasPriceUpt : 0;
  const value = tx.kind === 'transfer' ? tx.amountUpt : 0;
  const covers = account.balanceUpt >= tx.gasLimit * price + tx.tipUpt + value;
  return covers ? '' : 'INSUFFICIENT_BALANCE';
}

/** Runs an admissible transaction on a state. */
export function runOn(
  state: MachineState,
  rules: MachineRules,
  tx: MachineTx,
  atUs: number,
  producer: number,
): MachineReceipt {
  const account = (index: number) => state.accounts.get(index)!;
  const price = tx.sender < rules.homeCount ? rules.gasPriceUpt : 0;
  const sender = account(tx.sender);
  sender.nonce = tx.nonce + 1;
  sender.balanceUpt -= tx.gasLimit * price + tx.tipUpt;
  let gas = intrinsicOf(tx) + 3_000;
  let lastRead = '';
  let lastWritten = '';
  const read = (record: string) => {
    if (record !== lastRead && record !== lastWritten) {
      gas += 800;
      lastRead = record;
    }
  };
  const write = (record: string, value: number) => {
    if (record !== lastWritten) {
      gas += value === 0 ? 500 : 5_000;
      lastWritten = record;
    }
  };
  const before = copyOf(state);
  let reason = { transfer, order, clear: () => 'UNAUTHORISED' }[tx.kind]();
  if (gas > tx.gasLimit) {
    gas = tx.gasLimit;
    reason = 'OUT_OF_GAS';
  }
  if (reason !== '') {
    for (const [index, old] of before.accounts) Object.assign(account(index), old);
    state.orders.clear();
    for (const [key, value] of before.orders) state.orders.set(key, value);
    state.orderCounts.clear();
    for (const [key, value] of before.orderCounts) state.orderCounts.set(key, value);
  }
  account(tx.sender).balanceUpt += (tx.gasLimit - gas) * price;
  account(rules.treasury).balanceUpt += gas * price;
  account(producer).balanceUpt += tx.tipUpt;
  return { reason, gasUsed: gas };

  function transfer(): string {
    // The treasury is a contract, which cannot start anything.
    if (tx.sender === rules.treasury) return 'UNAUTHORISED';
    const to = state.accounts.get(tx.to);
    if (to === undefined) return 'UNKNOWN_ACCOUNT';
    read(`account ${tx.sender}`);
    if (sender.balanceUpt < tx.amountUpt) return 'INSUFFICIENT_BALANCE';
    if (tx.amountUpt === 0) return '';
    sender.balanceUpt -= tx.amountUpt;
    write(`account ${tx.sender}`, sender.balanceUpt);
    read(`account ${tx.to}`);
    to.balanceUpt += tx.amountUpt;
    write(`account ${tx.to}`, to.balanceUpt);
    return '';
  }

  function order(): string {
    if (tx.sender >= rules.homeCount) return 'UNAUTHORISED';
    if (tx.quantityWh === 0) return 'ZERO_QUANTITY';
    if (tx.slot >= rules.slotCount || tx.sequence >= 8) return 'UNKNOWN_SLOT';
    if (atUs > rules.gateUs(tx.slot)) return 'GATE_CLOSED';
    read(`slot ${tx.slot}`);
    const key = `${tx.slot}/${tx.sender}/${tx.sequence}`;
    // Sixteen places of the register make a record, eight an owner.
    const register = `register ${tx.slot}/${Math.floor(tx.sender / 2)}`;
    read(register);
    if (state.orders.has(key)) return 'DUPLICATE';
    const worth = (upt: number) => Number((BigInt(upt) * BigInt(tx.quantityWh)) / 1_000n);
    const locked = tx.isBid
      ? worth(tx.priceUptPerKWh) + worth(30_000)
      : Math.floor(worth(tx.priceUptPerKWh) / 10);
    read(`account ${tx.sender}`);
    if (sender.balanceUpt < locked) return 'INSUFFICIENT_ESCROW';
    read(`slot ${tx.slot}`);
    const count = state.orderCounts.get(tx.slot) ?? 0;
    if (locked > 0) {
      read(`account ${tx.sender}`);
      sender.balanceUpt -= locked;
      write(`account ${tx.sender}`, sender.balanceUpt);
      sender.escrowUpt += locked;
    }
    write(`slot ${tx.slot}`, count + 1);
    state.orderCounts.set(tx.slot, count + 1);
    write(register, count + 1);
    state.orders.set(key, count);
    write(`order ${tx.slot}/${count}`, tx.sender + 1);
    return '';
  }
}

/** Mempool of one node: what was sent, what is kept, and who chose numbers. */
export class MachinePool {
  readonly sent: MachineTx[] = [];
  private readonly kept = new Set<number>();
  private readonly refused = new Set<number>();
  private readonly choosers = new Set<number>();

  /** A transaction comes in. @returns Why it is not kept, or ''. */
  receive(
    tx: MachineTx,
    isChosen: boolean,
    refused: string,
    dropped: (id: number, reason: string) => void,
  ): string {
    if (isChosen) this.choosers.add(tx.sender);
    this.sent.push(tx);
    if (refused !== '') {
      this.refused.add(tx.id);
      return refused;
    }
    const rivals = this.choosers.has(tx.sender)
      ? this.sent.filter(
          (other) =>
            other.id !== tx.id &&
            this.kept.has(other.id) &&
            other.sender === tx.sender &&
            other.nonce === tx.nonce,
        )
      : [];
    // A tenth more, and one micro-point more.
    const beats = (old: number) => tx.tipUpt >= old + 1 && 10 * tx.tipUpt >= 11 * old;
    if (!rivals.every(({ tipUpt }) => beats(tipUpt))) {
      this.refused.add(tx.id);
      return 'UNDERPRICED';
    }
    for (const rival of rivals) {
      this.kept.delete(rival.id);
      this.refused.add(rival.id);
      dropped(rival.id, 'REPLACED');
    }
    this.kept.add(tx.id);
    return '';
  }

  /** Whether an earlier number of a sender who chooses numbers may still come. */
  private isHeld(tx: MachineTx, nonce: number, atUs: number): boolean {
    if (!this.choosers.has(tx.sender)) return false;
    for (let missing = nonce; missing < tx.nonce; missing++) {
      const same = this.sent.filter(
        ({ sender, nonce: number }) => sender === tx.sender && number === missing,
      );
      if (same.length === 0) return true;
      if (same.some(({ id, expiryUs }) => !this.refused.has(id) && expiryUs >= atUs)) return true;
    }
    return false;
  }

  /** Fills a block on a state: the ids that it takes, with their receipts. */
  fill(
    state: MachineState,
    rules: MachineRules,
    carried: ReadonlySet<number>,
    atUs: number,
    producer: number,
  ): (MachineReceipt & { readonly id: number })[] {
    let left = this.sent.filter(({ id }) => this.kept.has(id) && !carried.has(id));
    const stopped = new Set<number>();
    const taken: (MachineReceipt & { readonly id: number })[] = [];
    while (left.length > 0) {
      const heads = left.filter((tx) =>
        left.every(
          (other) =>
            other.sender !== tx.sender ||
            other.nonce > tx.nonce ||
            (other.nonce === tx.nonce && other.id >= tx.id),
        ),
      );
      const density = (tx: MachineTx) => tx.tipUpt / tx.sizeBytes;
      const best = heads.reduce((a, b) =>
        density(b) > density(a) || (density(b) === density(a) && b.id < a.id) ? b : a,
      );
      left = left.filter((tx) => tx !== best);
      if (best.expiryUs < atUs || stopped.has(best.sender)) continue;
      const isHeld = this.isHeld(best, state.accounts.get(best.sender)!.nonce, atUs);
      if (isHeld || refusedBy(state, rules, best, atUs) !== '') {
        stopped.add(best.sender);
        continue;
      }
      taken.push({ id: best.id, ...runOn(state, rules, best, atUs, producer) });
    }
    return taken;
  }
}
