/**
 * One chain of a run: accounts, tree, state, pool, network and protocol wired together, and the way of a
 * transaction from a client to finality. Nothing here knows what a trade is.
 */

import { InvariantViolation } from '../base/errors.ts';
import type { RandomSource } from '../base/random.ts';
import { type ChainNet, createChainNet } from '../consensus/chain-net.ts';
import type { ChainEngine } from '../consensus/engine.ts';
import type { ConsensusInstance } from '../consensus/protocol.ts';
import { protocols } from '../consensus/protocols/index.ts';
import { CHAIN, chainCell, denseCellCount } from '../contracts/cells.ts';
import { rulesOf } from '../contracts/genesis-rules.ts';
import { brokenInvariants } from '../contracts/invariants.ts';
import type { ChainRules } from '../contracts/rules.ts';
import { utxoRecount } from '../contracts/utxo-conservation.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { CHAIN_ID_BYTES } from '../ledger/block.ts';
import type { ChainParameters } from '../ledger/chain-parameters.ts';
import { encodeGenesis } from '../ledger/genesis.ts';
import { hexToBytes, sha256Hex } from '../ledger/hash.ts';
import { createNonceBook } from '../ledger/mempool-nonces.ts';
import {
  createPool,
  createTransactionTable,
  type Pool,
  type TransactionTable,
} from '../ledger/pool.ts';
import { type Receipt, STATUS_FAILED } from '../ledger/receipt.ts';
import { type ChainState, createChainState } from '../ledger/state.ts';
import type { PayloadOf, TransactionType } from '../ledger/transactions.ts';
import { type BlockIndex, type BlockTree, createBlockTree } from '../ledger/tree.ts';
import type { VoteOutOptions } from '../ledger/vote-out.ts';
import { createFlood } from '../network/flood.ts';
import { relays } from '../network/relays/index.ts';
import type { Links } from '../network/topology.ts';
import { createTraffic, MESSAGE, type Traffic } from '../network/traffic.ts';
import { createTransport } from '../network/transport.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { Accounts } from './accounts.ts';
import { type BlockBuilder, createBlockBuilder } from './builder.ts';
import { governChain } from './chain-governance.ts';
import { CENTRE_NODE, createClients, type SubmitOptions } from './clients.ts';
import { createElections } from './elections.ts';
import { openGenesis } from './genesis-state.ts';
import type { Governance } from './governance.ts';
import { createHearing } from './hearing.ts';
import { createIntake } from './intake.ts';
import { createKeyRing, type KeyRing } from './key-ring.ts';
import { createLedgerExport } from './ledger-export.ts';
import { createNetworkLinks } from './links.ts';
import { type ChainMempools, createChainMempools } from './mempools.ts';
import { scheduleDisturbances } from './outages.ts';
import { createRecovery } from './recovery.ts';
import { createTemplates } from './templates.ts';
import { createChainTurns } from './turns.ts';

export { CENTRE_NODE } from './clients.ts';

/** Bytes of an inventory head, an entry and a request (32-byte hash, type and framing). */
const INV_BYTES = 25;
const ENTRY_BYTES = 36;
const GETDATA_BYTES = 61;
const RECOUNT_EVERY = 1_000;
const PRUNE_EVERY = 64;

/** What happens on the chain, for those who act off it (only on final events, trap 43). */
export interface ChainListener {
  /** A block became final at the trading centre's node. */
  onCentreFinal(block: BlockIndex): void;
  /** Takes the exported ledger as it grows; without it the chain keeps it. */
  onLedger?(chunk: Uint8Array): void;
}

/** One chain at work. */
export interface Chain {
  readonly rules: ChainRules;
  readonly genesisHash: string;
  /** First bytes of the genesis hash, which every signature covers. */
  readonly chainId: Uint8Array;
  readonly tree: BlockTree;
  readonly state: ChainState;
  readonly table: TransactionTable;
  readonly pool: Pool;
  readonly net: ChainNet;
  readonly engine: ChainEngine;
  readonly instance: ConsensusInstance;
  readonly builder: BlockBuilder;
  readonly links: Links;
  readonly traffic: Traffic;
  readonly parameters: ChainParameters;
  /** The vote-out, where producers are elected. */
  readonly governance: Governance | undefined;
  accountId(account: number): string;
  /** Role code of an account. */
  accountRole(account: number): number;
  /** Whether a transaction was refused at the door, or failed in the first block that carried it. */
  hasFailed(tx: number): boolean;
  /** Gas it used in the first block that carried it; NaN until one has. */
  gasOf(tx: number): number;
  /** When a block became final at the trading centre's node [µs]; NaN when it never was. */
  finalAtCentreUs(block: BlockIndex): number;
  /** Files that the network was made from. */
  readonly inputs: readonly { readonly path: string; readonly sha256: string }[];
  /** Whether a node has received a transaction. */
  knows(node: number, tx: number): boolean;
  readonly mempools: ChainMempools;
  readonly checks: { executedBlocks: number; recounts: number };
  /** Sends a transaction from an account's client now; returns its row. */
  submit<T extends TransactionType>(
    type: T,
    account: number,
    payload: PayloadOf[T],
    about: SubmitOptions,
  ): number;
  /** Keys of all accounts. */
  readonly ring: KeyRing;
  /** Signs bytes with an account's key of genesis. */
  sign(account: number, bytes: Uint8Array): Uint8Array;
  /** Node an account's client is attached to. */
  nodeOf(account: number): number;
  start(): void;
  /** Whether transactions wait that are neither final nor expired at the centre. */
  hasOpenTransactions(): boolean;
  /** Whether the rewards of every simulated day that ended before an instant are paid. */
  rewardsPaid(beforeUs: number): boolean;
  /** Closes the export: blocks of the centre's chain up to its head. */
  finishLedger(): Uint8Array[];
}

/** Wires a chain into a kernel. */
export function createChain(
  kernel: Kernel,
  scenario: Scenario,
  accounts: Accounts,
  random: RandomSource,
  listener: ChainListener,
): Chain {
  const { genesis, keys } = accounts;
  const genesisBytes = encodeGenesis(genesis);
  const genesisHash = sha256Hex(genesisBytes);
  const chainId = hexToBytes(genesisHash).subarray(0, CHAIN_ID_BYTES);
  const rules = rulesOf(genesis, chainId);
  const tree = createBlockTree(genesisHash);
  const state = createChainState(tree, {
    denseCount: denseCellCount(rules.accountCount),
    maxUnfinalBlocks: scenario.ledger.maxUnfinalBlocks,
  });
  const genesisRoot = openGenesis(state, genesis, rules);
  const table = createTransactionTable();
  const nonces = createNonceBook(table);
  const pool = createPool(tree, table, nonces.rivals);
  const protocol = protocols.get(scenario.consensus.name);
  const consensusOptions = scenario.consensus.options;
  const nodeCount = scenario.network.nodes;
  const parameters = protocol.parameters(consensusOptions, nodeCount);
  const rule = protocol.createRule(tree, parameters);
  const turns = createChainTurns(tree, state, rules, protocol, rule, parameters);
  const links = createNetworkLinks(scenario.network, random, scenario.folder);
  const traffic = createTraffic(nodeCount);
  const transport = createTransport({
    kernel,
    links,
    traffic,
    loss: scenario.network.loss,
    retransmitUs: scenario.network.retransmitAfter,
    draws: random.sequential('chain/loss'),
  });
  const checks = { executedBlocks: 0, recounts: 0 };
  let finalAtCentre = new Float64Array(1024).fill(Number.NaN);
  const verifyUs = scenario.ledger.verifyTime;

  const clients = createClients(rules, scenario, random);
  const ring = createKeyRing(genesis.cryptoMode, keys, random);
  const { nodeOf } = clients;

  const { sign, submit } = createIntake({
    kernel,
    chainId,
    ring,
    rules,
    table,
    nonces,
    minTipUpt: scenario.ledger.minTip,
    transport,
    clients,
    verifyUs,
    readAtHead: (node, cell) => state.readAt(engine.head[node]!, cell),
    onEntered(node, tx) {
      const dropped = mempools.receive(node, tx, kernel.nowUs);
      if (dropped !== undefined) return dropped;
      const order = () => {
        pool.add(tx);
        transactionFlood.originate(node, tx);
        received(node, tx);
        instance.onTransaction?.(node, table.sizeBytes[tx]!);
      };
      if (instance.endorse === undefined) order();
      else instance.endorse(node, tx, table.sizeBytes[tx]!, order);
      return undefined;
    },
  });

  /** A node has a transaction that it lacked. */
  function received(node: number, tx: number): void {
    templates.received(node, tx);
    hearing?.note(node, tx, kernel.nowUs);
  }

  const transactionFlood = createFlood({
    kernel,
    transport,
    name: 'network/deliver-transaction',
    messages: {
      inv: MESSAGE['transaction-inv'],
      getdata: MESSAGE['transaction-getdata'],
      body: MESSAGE.transaction,
    },
    batchUs: scenario.network.batching,
    invBytes: INV_BYTES,
    entryBytes: ENTRY_BYTES,
    getdataBytes: GETDATA_BYTES,
    bodyBytes: (tx) => table.sizeBytes[tx]!,
    checkUs: () => verifyUs,
    onDeliver(node, tx, from) {
      if (mempools.receive(node, tx, kernel.nowUs) !== undefined) return;
      transactionFlood.relay(node, tx, from);
      received(node, tx);
      instance.onTransaction?.(node, table.sizeBytes[tx]!);
    },
  });

  /** The state that a node holds for the present one. */
  const viewOf = (node: number) => ({
    read: (cell: number) => state.readAt(engine.head[node]!, cell),
  });
  const mempools = createChainMempools({
    scenario,
    rules,
    tree,
    table,
    nonces,
    hasReached: (node, tx) => transactionFlood.has(node, tx),
    viewOf,
  });

  const builder = createBlockBuilder({
    tree,
    state,
    table,
    pool,
    rule,
    rules,
    chainId,
    genesisRoot,
    ring,
    isKnown: (node, tx) =>
      transactionFlood.has(node, tx) && templates.has(node, tx) && mempools.keeps(node, tx),
    mempools,
    conductOf: (node) => net.conduct.of(node),
    turns,
    backgroundBytes: scenario.ledger.background,
    endorsedOn: (tx) => net.instance.endorsedOn?.(tx) ?? -1,
    batchCaps: protocol.batchCaps?.(consensusOptions as never),
    signReward(producerAccount, nonce, due, node, rotations) {
      const tx = sign(
        {
          type: 'POINTS_REWARD',
          chainId,
          sender: producerAccount,
          nonce,
          gasLimit: clients.gasLimitOf(producerAccount),
          expiryUs: 2 ** 52,
          payload: { to: due.to, amountUpt: due.amountUpt, block: 0, ref: due.day },
        },
        node,
        -1,
        rotations,
      );
      table.receivedUs[tx] = kernel.nowUs;
      return tx;
    },
  });

  const ledgerExport = createLedgerExport(genesisBytes, tree, table, builder, listener.onLedger);

  const chainParameters = createElections(tree, state, rules);
  const net = createChainNet({
    kernel,
    tree,
    transport,
    protocol,
    options: consensusOptions,
    rule,
    parameters: chainParameters,
    rewardUptPerDay: rules.rewardBudgetUpt,
    skewUs: clockSkews(scenario, random),
    foldMargin: parameters.foldMargin ?? 0,
    // Signatures of transactions were checked when they came; the header's and the roots are new.
    blockCheckUs: verifyUs,
    random: (stream) => random.sequential(stream),
    createRelay: (context) => {
      const { name, options } = scenario.network.relay;
      return relays.get(name).create(context, options as never);
    },
    seal(node, parent, timestampUs, fields, work) {
      checks.executedBlocks++;
      return builder.build(node, parent, timestampUs, kernel.nowUs, fields, work);
    },
    hasPending(node) {
      let found = false;
      pool.visit(engine.head[node]!, state.base, (tx) => {
        found =
          table.expiryUs[tx]! >= kernel.nowUs &&
          transactionFlood.has(node, tx) &&
          mempools.keeps(node, tx) &&
          !mempools.isHeld(tx, viewOf(node), kernel.nowUs);
        return !found;
      });
      return found;
    },
    onFinal(node, block) {
      const body = tree.transactions(block);
      for (let i = 0; i < body.length; i++) {
        const tx = body[i]!;
        if (table.node[tx] === node && Number.isNaN(table.finalUs[tx]!)) {
          table.finalUs[tx] = kernel.nowUs;
        }
      }
      mempools.onFinal(node, block);
      if (node !== CENTRE_NODE) return;
      if (block >= finalAtCentre.length) {
        const wider = new Float64Array(2 * Math.max(block, finalAtCentre.length)).fill(Number.NaN);
        wider.set(finalAtCentre);
        finalAtCentre = wider;
      }
      finalAtCentre[block] = kernel.nowUs;
      listener.onCentreFinal(block);
    },
    onFold(block, released) {
      ledgerExport.upTo(block);
      state.fold(block);
      // Empty blocks take nothing out of the pool; now and then what has expired goes.
      const isDue = tree.height[block]! % PRUNE_EVERY === 0;
      if (isDue || released.some((gone) => tree.transactionCount[gone]! > 0)) {
        pool.prune(block, (tx) => {
          transactionFlood.release(tx);
          mempools.release(tx);
          hearing?.release(tx);
        });
      }
      if (tree.height[block]! % RECOUNT_EVERY === 0) recountNow();
    },
  });
  const { engine, instance } = net;
  const { voteOut } = consensusOptions as { readonly voteOut?: VoteOutOptions };
  const hearing = rules.voteOut === undefined ? undefined : createHearing(nodeCount);
  const governance =
    turns === undefined || voteOut === undefined || hearing === undefined
      ? undefined
      : governChain({
          kernel,
          rules,
          options: voteOut,
          random,
          net,
          turns,
          state,
          table,
          builder,
          heardUs: hearing.sinceUs,
          nodeOf,
          submit,
        });
  const templates = createTemplates(net);
  engine.observe({
    onHead: (node, head, previous) => mempools.onHead(node, head, previous, kernel.nowUs),
  });

  function recountNow(): void {
    checks.recounts++;
    if (rules.coins !== undefined) {
      const coins = utxoRecount(state);
      if (coins.some((units) => units !== 0)) {
        throw new InvariantViolation('coins-conserved', coins.join(', '), kernel.nowUs);
      }
    }
    const [broken] = brokenInvariants((cell) => state.readBase(cell), rules);
    if (broken !== undefined) {
      throw new InvariantViolation(broken.id, broken.problem, kernel.nowUs);
    }
  }

  /** Receipt in the first block that carried a transaction; undefined without one, or once exported. */
  function firstReceipt(tx: number): Receipt | undefined {
    const block = table.firstBlock[tx]!;
    const seal = block < 0 ? undefined : builder.seal(block);
    return seal?.receipts[Array.prototype.indexOf.call(tree.transactions(block), tx)];
  }

  scheduleDisturbances(kernel, scenario, random, transport, {
    originUs: rules.openingUs,
    comeUp: createRecovery({
      transport,
      traffic,
      engine,
      table,
      pool,
      state,
      flood: transactionFlood,
      keeps: mempools.keeps,
      onReceived(node, tx) {
        if (mempools.receive(node, tx, kernel.nowUs) === undefined) received(node, tx);
      },
      onSynced: (node) => instance.onTransaction?.(node),
    }),
  });

  return {
    rules,
    genesisHash,
    chainId,
    tree,
    state,
    table,
    pool,
    net,
    engine,
    instance,
    builder,
    links,
    traffic,
    parameters: chainParameters,
    accountId: (account) => genesis.accounts[account]!.id,
    accountRole: (account) => genesis.accounts[account]!.role,
    hasFailed(tx) {
      if (table.refused[tx]! !== 0 || table.failure[tx]! !== 0) return true;
      return firstReceipt(tx)?.status === STATUS_FAILED;
    },
    gasOf: (tx) => firstReceipt(tx)?.gasUsed ?? table.gasUsed[tx]!,
    finalAtCentreUs: (block) => finalAtCentre[block] ?? Number.NaN,
    inputs: links.inputs,
    knows: (node, tx) => transactionFlood.has(node, tx),
    mempools,
    checks,
    nodeOf,
    ring,
    sign: (account, bytes) => keys[account]!.sign(bytes),
    submit,
    governance,
    start() {
      instance.start();
      governance?.start();
    },
    hasOpenTransactions() {
      const finalUs = tree.timestampUs[engine.finalBlock[CENTRE_NODE]!]!;
      let open = false;
      pool.visit(0, 0, (tx) => {
        open = table.expiryUs[tx]! >= finalUs && Number.isNaN(table.finalUs[tx]!);
        return !open;
      });
      return open;
    },
    rewardsPaid(beforeUs) {
      const final = engine.finalBlock[CENTRE_NODE]!;
      const counted = state.readAt(final, chainCell(rules.accountCount, CHAIN.rewardDay));
      return counted >= Math.floor(beforeUs / rules.rewardDayUs);
    },
    finishLedger() {
      const head = engine.head[CENTRE_NODE]!;
      ledgerExport.upTo(head);
      recountNow();
      return ledgerExport.finish();
    },
  };
}

/** Constant offsets of the nodes' clocks, normal around 0 [µs]; the same in every arm. */
function clockSkews(scenario: Scenario, random: RandomSource): Float64Array {
  const draws = random.addressed('world/clock-skew');
  return Float64Array.from({ length: scenario.network.nodes }, (_, node) =>
    Math.round(scenario.network.clockSkew * draws.normal(node, 0, 0)),
  );
}
