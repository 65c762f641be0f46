/**
 * The vote-out on a chain at work: what nodes hold and can prove comes from blocks and their seals, and the
 * truth about spoilt turns, which only measures may know, from who is under an adversary.
 */
import type { RandomSource } from '../base/random.ts';
import { createTable, type Table } from '../base/table.ts';
import type { ChainNet } from '../consensus/chain-net.ts';
import type { ChainRules } from '../contracts/rules.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import { encodeHeader } from '../ledger/block.ts';
import { createWriter } from '../ledger/encoding.ts';
import type { TransactionTable } from '../ledger/pool.ts';
import type { ChainState } from '../ledger/state.ts';
import { type PayloadOf, TRANSACTION_TYPES, type TransactionType } from '../ledger/transactions.ts';
import type { VoteOutOptions } from '../ledger/vote-out.ts';
import { nodeId } from '../network/node-id.ts';
import type { BlockBuilder } from './builder.ts';
import { createGovernance, type Governance } from './governance.ts';
import type { ChainTurns } from './turns.ts';

/** Parts of a chain that the vote-out needs. */
export interface GovernedChain {
  readonly kernel: Kernel;
  readonly rules: ChainRules;
  readonly options: VoteOutOptions;
  readonly random: RandomSource;
  readonly net: ChainNet;
  readonly turns: ChainTurns;
  readonly state: ChainState;
  readonly table: TransactionTable;
  readonly builder: BlockBuilder;
  /** When a node had a transaction at the latest, if it has it [µs]; infinite when it has not. */
  heardUs(node: number, tx: number): number;
  nodeOf(account: number): number;
  submit<T extends TransactionType>(
    type: T,
    account: number,
    payload: PayloadOf[T],
    about: { readonly slot: number; readonly expiryUs: number },
  ): number;
}

/** Room that a block must have left for a transaction not to be left out for want of it. */
const GAS_ROOM = 1_000_000;

/** Starts watching; `start` is the caller's. */
export function governChain(chain: GovernedChain): Governance {
  const { kernel, rules, net, turns, state, table, builder } = chain;
  const { tree, engine, transport } = net;
  const writer = createWriter(1024);
  const governance = createGovernance({
    kernel,
    rules,
    options: chain.options,
    random: chain.random,
    tree,
    head: engine.head,
    up: transport.up,
    turns: turns.record,
    schedule: turns.schedule,
    readAt: (block, cell) => state.readAt(block, cell),
    nodeOf: chain.nodeOf,
    submit: chain.submit,
    header(block) {
      const seal = builder.seal(block);
      if (seal === undefined) return undefined;
      return { header: encodeHeader(seal.header, writer).slice(), signature: seal.signature };
    },
    executed(block) {
      const receipts = builder.seal(block)?.receipts ?? [];
      const body = tree.transactions(block);
      return receipts.map((receipt, place) => ({
        type: TRANSACTION_TYPES[table.type[body[place]!]!]!,
        receipt,
      }));
    },
    heardUs: chain.heardUs,
    hasRoom: (block, tx) =>
      tree.gasUsed[block]! + GAS_ROOM <= rules.blockGasMax &&
      tree.bytes[block]! + table.sizeBytes[tx]! <= rules.blockBytesMax,
  });
  engine.observe(governance);
  watchTruth(chain, governance);
  return governance;
}

/**
 * Notes every turn that a node under an adversary spoils: no block of it has come to the observer by the
 * end of the next turn, or two blocks of it exist.
 */
function watchTruth({ kernel, rules, net, turns }: GovernedChain, governance: Governance): void {
  const { tree, engine, conduct, relay } = net;
  const turnUs = rules.voteOut!.voteOutTurnUs;
  const judge = kernel.event('consensus/judge-turn', PHASE.report, (turn) => {
    judge.at((turn + 2) * turnUs, turn + 1);
    const owner = turns.schedule.ownerOf(engine.head[0]!, turn);
    if (owner < 0 || conduct.isHonest(owner)) return;
    const earliestUs = (turn - 1) * turnUs;
    let made = 0;
    let seen = 0;
    for (let at = tree.count - 1; at > 0 && tree.producedUs[at]! >= earliestUs; at--) {
      if (tree.producer[at] !== owner || tree.consensus(at)[0] !== turn) continue;
      made++;
      if (relay.has(0, at)) seen++;
    }
    if (seen === 0 || made > 1) governance.log.offence(owner, turn * turnUs);
  });
  judge.at(2 * turnUs, 1);
}

/** The table of who left for what, after the run. Times are since the start of delivery. */
export function exclusionsTable(governance: Governance, openingUs: number): Table {
  const rows = governance.measures().cases;
  const of = (value: (row: (typeof rows)[number]) => number) => Float64Array.from(rows, value);
  return createTable('exclusions', {
    node: rows.map(({ node }) => nodeId(node)),
    kind: rows.map(({ kind }) => kind),
    offence_us: of(({ firstOffenceUs }) => firstOffenceUs - openingUs),
    first_report_us: of(({ firstReportUs }) => firstReportUs - openingUs),
    excluded_us: of(({ excludedUs }) => excludedUs - openingUs),
    bad_turns_after: of(({ badSlotsAfterFirstOffence }) => badSlotsAfterFirstOffence),
    guilty: of(({ isGuilty }) => (isGuilty ? 1 : 0)),
    verdict: rows.map(({ verdict }) => verdict),
  });
}
