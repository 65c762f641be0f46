/**
 * Where the points of a coin come from. A coin names the spend that made it, and a spend names the coins that
 * it consumed, so that the way back is exact: no rule has to say which points went first. What a spend mixes
 * stays mixed; the amount that each of its inputs brought is told beside it.
 */
import { genesisLock, issuedOutpoint, openingCoins } from '../contracts/coin-genesis.ts';
import { bytesToHex } from '../ledger/hash.ts';
import type { SpendOutput, SpendPayload } from '../ledger/payloads/spend.ts';
import { ASSETS, outpointName, spendId } from '../ledger/utxo/spend.ts';
import type { TracedLedger, TracedTransaction } from './trace-ledger.ts';
import { pointsText, type TraceNode } from './trace-tree.ts';

/** Generations that are told one by one; a chain of change may have thousands. */
const DEPTH_MAX = 200;

/** A spend as the tracer needs it. */
export interface TracedSpend {
  readonly payload: SpendPayload;
  /** Transaction that carries it, for whoever prints the way. */
  readonly tx: Pick<TracedTransaction, 'block' | 'id' | 'timestampUs'>;
}

/** A coin, spent or not. */
export interface TracedCoin {
  /** `txId:index`, 64 hex digits before the colon. */
  readonly name: string;
  readonly output: SpendOutput;
  /** Spend that made it; absent for one that was issued. */
  readonly madeBy?: TracedSpend;
  /** Coins that the spend which made it consumed. */
  readonly inputs: readonly string[];
  /** Member whose grant it is; only of issued coins. */
  readonly member?: number;
  /** Spend that consumed it. */
  spentBy?: TracedSpend;
}

/** All coins of a chain, in the order in which they were made. */
export interface CoinHistory {
  readonly coins: ReadonlyMap<string, TracedCoin>;
  /** A coin by its name, or by the first digits of one where they are unique. */
  find(name: string): TracedCoin | undefined;
}

/**
 * Lays out coins and spends.
 *
 * @param issued - Coins that no spend made.
 * @param spends - Accepted spends in ledger order, with the ids of what they made.
 * @throws {RangeError} when a spend consumes a coin that is not there, or twice.
 */
export function coinHistory(
  issued: readonly {
    readonly name: string;
    readonly output: SpendOutput;
    readonly member: number;
  }[],
  spends: readonly (TracedSpend & { readonly spendId: string })[],
): CoinHistory {
  const coins = new Map<string, TracedCoin>();
  for (const { name, output, member } of issued)
    coins.set(name, { name, output, member, inputs: [] });
  for (const spend of spends) {
    const inputs = spend.payload.inputs.map(outpointName);
    for (const name of inputs) {
      const coin = coins.get(name);
      if (coin === undefined || coin.spentBy !== undefined) {
        const what = coin === undefined ? 'is not there' : 'is spent';
        throw new RangeError(`"spends" expected coins that are there, but ${name} ${what}`);
      }
      coin.spentBy = spend;
    }
    spend.payload.outputs.forEach((output, index) => {
      const name = `${spend.spendId}:${index}`;
      coins.set(name, { name, output, madeBy: spend, inputs });
    });
  }
  return {
    coins,
    find(name) {
      const exact = coins.get(name);
      if (exact !== undefined) return exact;
      const [start, index] = name.split(':');
      const found = Array.from(coins.values()).filter(
        (coin) =>
          coin.name.startsWith(start!) && (index === undefined || coin.name.endsWith(`:${index}`)),
      );
      return found.length === 1 ? found[0] : undefined;
    },
  };
}

/** Coins of a ledger; undefined on a chain of accounts. */
export function ledgerCoins(ledger: TracedLedger): CoinHistory | undefined {
  const { rules } = ledger.state;
  if (rules.coins === undefined) return undefined;
  const issued = ledger.genesis.accounts.slice(0, rules.homeCount).flatMap((account, member) =>
    openingCoins(rules, member, genesisLock(account.publicKey)).map((output, k) => ({
      name: outpointName(issuedOutpoint(rules.chainId, member, k)),
      output,
      member,
    })),
  );
  const spends = ledger.ofType('SPEND').flatMap((tx) => {
    if (!tx.isOk) return [];
    const { payload, envelope } = tx;
    return [{ payload, tx, spendId: bytesToHex(spendId(envelope, payload)) }];
  });
  return coinHistory(issued, spends);
}

/**
 * Traces a coin back to the coins that were issued, each ancestor told once.
 *
 * @param who - Name of a member.
 */
export function traceCoin(
  history: CoinHistory,
  coin: TracedCoin,
  who: (member: number) => string,
): TraceNode {
  const told = new Set<string>();
  const visit = (at: TracedCoin, depth: number): TraceNode => {
    const { name, output, madeBy, inputs, member } = at;
    const what = `${short(name)} ${amountText(output)}`;
    if (madeBy === undefined) {
      const reason = `issued as the initial grant (I1) of ${who(member!)}`;
      return { kind: 'coin', text: `${what}: ${reason}` };
    }
    if (told.has(name)) return { kind: 'coin', text: `${what}: as above`, tx: madeBy.tx };
    told.add(name);
    if (depth === DEPTH_MAX) {
      const count = coinOrigins(history, at).length;
      return { kind: 'coin', text: `${what}: from ${count} issued coins`, tx: madeBy.tx };
    }
    const fee = madeBy.payload.feeUpt === 0 ? '' : `, fee ${pointsText(madeBy.payload.feeUpt)}`;
    const count = `${inputs.length} ${inputs.length === 1 ? 'coin' : 'coins'}`;
    return {
      kind: 'coin',
      text: `${what}: made of ${count}${fee}`,
      tx: madeBy.tx,
      children: inputs.map((input) => visit(history.coins.get(input)!, depth + 1)),
    };
  };
  const node = visit(coin, 0);
  const { spentBy } = coin;
  if (spentBy === undefined) return { ...node, text: `${node.text} (exact, unspent)` };
  const spent: TraceNode = { kind: 'spent', text: 'by a later spend', tx: spentBy.tx };
  return {
    ...node,
    text: `${node.text} (exact, spent)`,
    children: [...(node.children ?? []), spent],
  };
}

/** Issued coins that a coin descends from, in the order of their names. */
export function coinOrigins(history: CoinHistory, coin: TracedCoin): TracedCoin[] {
  const seen = new Set<string>([coin.name]);
  const open = [coin];
  const origins: TracedCoin[] = [];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.madeBy === undefined) origins.push(at);
    for (const name of at.inputs) {
      if (seen.has(name)) continue;
      seen.add(name);
      open.push(history.coins.get(name)!);
    }
  }
  return origins.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const short = (name: string) => `${name.slice(0, 12)}:${name.slice(name.indexOf(':') + 1)}`;

function amountText({ asset, amount }: SpendOutput): string {
  return asset === 0 ? pointsText(amount) : `${amount} ${ASSETS[asset as 1 | 2]}`;
}
