/**
 * Ten million kWh from the meter to retirement: minted slot by slot, sold to two buyers a seller with a
 * twentieth lost on the way, bundled, offered, bought and retired. Everything runs as transactions of blocks on
 * one chain state, so that gas, receipts and write sets are paid for; only the trades are put in place
 * directly, since clearing is another bench's.
 */
import {
  ACCOUNT,
  accountCell,
  denseCellCount,
  ORDER,
  SLOT,
  TRADE,
} from '../src/contracts/cells.ts';
import {
  CERTIFICATES,
  certificateOfferOf,
  certificatesCell,
  GENERATOR,
  generatorCell,
} from '../src/contracts/certificate-cells.ts';
import { certificateStatus, certificatesEnd } from '../src/contracts/certificate-records.ts';
import { execute } from '../src/contracts/execute.ts';
import { rulesOf, writeGenesisState } from '../src/contracts/genesis-rules.ts';
import { contracts } from '../src/contracts/index.ts';
import { groupParameters } from '../src/contracts/rule-groups.ts';
import { ROLES, RULE_NAMES } from '../src/contracts/rules.ts';
import type { Genesis } from '../src/ledger/genesis.ts';
import { sha256Hex } from '../src/ledger/hash.ts';
import { createChainState } from '../src/ledger/state.ts';
import type { PayloadOf, Transaction, TransactionType } from '../src/ledger/transactions.ts';
import { createBlockTree } from '../src/ledger/tree.ts';

interface Row {
  label: string;
  value: number;
  unit: string;
}

const SELLERS = 100;
const BUYERS = 100;
const HOMES = SELLERS + BUYERS;
const OFFICES = ['node', 'centre', 'dso', 'authority', 'treasury'] as const;
const CENTRE = HOMES + 1;
const ACCOUNTS = HOMES + OFFICES.length;
/** Clean export of a seller in a slot, and of each of its two trades: received, lost [Wh]. */
const EXPORT_WH = 250_000;
const RECEIVED_WH = 118_750;
const LOST_WH = 6_250;
/** Certificates of one offer. */
const OFFERED = 50;
/** Blocks between the head and the flat state. */
const UNFINAL = 20;

function genesisOf(slots: number): Genesis {
  const integers = {
    accountCount: ACCOUNTS,
    homeCount: HOMES,
    nodeCount: 1,
    firstNode: HOMES,
    centre: CENTRE,
    dso: CENTRE + 1,
    authority: CENTRE + 2,
    treasury: CENTRE + 3,
    consortium: 1,
    slotUs: 900e6,
    slotCount: slots,
    blockGasMax: 1e12,
    blockBytesMax: 1e12,
  };
  return {
    name: 'labels',
    cryptoMode: 'modelled',
    membership: 'consortium',
    slotUs: 900e6,
    startEpochS: 0,
    utcOffsetMin: 0,
    consensus: { name: 'labels', parameters: [] },
    accounts: Array.from({ length: ACCOUNTS }, (_, account) => ({
      id: `account-${account}`,
      role: ROLES.indexOf(account < HOMES ? 'home' : OFFICES[account - HOMES]!),
      publicKey: new Uint8Array(32),
      balanceUpt: account < HOMES ? 1e12 : 0,
      certificates: { firstId: 0, count: 0 },
      lockedCount: 0,
      registered: true,
    })),
    parameters: [
      ...RULE_NAMES.map((name) => [name, 0] as const),
      ...groupParameters({
        certificates: {
          labelBase: 0,
          certificateValidityUs: 730 * 86_400e6,
          certificatePeriodUs: 30 * 86_400e6,
          carbonGPerMWh: 536_600,
        },
      }),
    ].map(([name, value]) => [name, integers[name as keyof typeof integers] ?? value] as const),
  };
}

/** A chain of one branch. */
function createChain(slots: number) {
  const genesis = genesisOf(slots);
  const rules = rulesOf(genesis, new Uint8Array(8));
  const tree = createBlockTree('00');
  const state = createChainState(tree, {
    denseCount: denseCellCount(ACCOUNTS),
    maxUnfinalBlocks: 4 * UNFINAL,
  });
  writeGenesisState(state.begin(0), genesis);
  state.commit(0);
  state.foldGenesis();
  let head = 0;
  let view = state.begin(0);
  const undoable = {
    read: (cell: number) => view.read(cell),
    write: (cell: number, value: number) => view.write(cell, value),
    mark: () => state.mark(),
    rollback: (mark: number) => state.rollback(mark),
  };
  return {
    rules,
    read: undoable.read,
    write: undoable.write,
    send<T extends TransactionType>(type: T, sender: number, payload: PayloadOf[T]): void {
      const nonce = view.read(accountCell(sender, ACCOUNT.nonce));
      const tx = { type, sender, nonce, gasLimit: 1e12, expiryUs: 1e15, payload, tipUpt: 0 };
      const receipt = execute(undoable, rules, tx as unknown as Transaction, 0, { timestampUs: 0 });
      if (receipt.reason !== 0) throw new Error(`${type} failed with reason ${receipt.reason}`);
    },
    seal(): void {
      const block = tree.add({
        parent: head,
        producer: 0,
        timestampUs: 0,
        producedUs: 0,
        hash: String(tree.count),
        work: 1,
        transactions: [],
        bytes: 0,
        gasUsed: 0,
        consensus: [],
      });
      state.commit(block);
      head = block;
      const height = tree.height[head]!;
      if (height % UNFINAL === 0) state.fold(tree.ancestorAt(head, height - UNFINAL));
      view = state.begin(head);
    },
  };
}

type Chain = ReturnType<typeof createChain>;

/** Generates, mints and settles one slot. */
function passSlot(chain: Chain, slot: number): void {
  const { cells } = chain.rules;
  const home = (k: number) => SELLERS + (k % BUYERS);
  chain.send('METER_BATCH', CENTRE, {
    slot,
    headEnd: 0,
    root: new Uint8Array(32).fill(1),
    count: HOMES,
    importWh: 0,
    exportWh: SELLERS * EXPORT_WH,
    generationWh: SELLERS * EXPORT_WH,
  });
  const sellers = Array.from({ length: SELLERS }, (_, seller) => seller);
  chain.send('LABEL_MINT', CENTRE, {
    slot,
    energy: {
      count: SELLERS,
      generator: sellers,
      cleanWh: sellers.map(() => EXPORT_WH),
      selfWh: sellers.map(() => 0),
    },
  });
  const trades = Array.from({ length: 2 * SELLERS }, (_, trade) => trade);
  for (let order = 0; order < HOMES; order++) {
    chain.write(cells.order(slot, order, ORDER.owner), order + 1);
  }
  for (const trade of trades) {
    const seller = trade >> 1;
    // Each seller has four buyers, two in each slot.
    const buyer = home(seller + (slot % 2) * 17 + (trade % 2) * 31);
    chain.write(cells.trade(slot, trade, TRADE.buyerOrder), buyer + 1);
    chain.write(cells.trade(slot, trade, TRADE.sellerOrder), seller + 1);
    chain.write(cells.trade(slot, trade, TRADE.contractedWh), RECEIVED_WH + LOST_WH);
  }
  chain.write(cells.slot(slot, SLOT.orderCount), HOMES);
  chain.write(cells.slot(slot, SLOT.tradeCount), trades.length);
  const zeros = trades.map(() => 0);
  chain.send('SETTLE', CENTRE, {
    slot,
    version: 1,
    entries: {
      count: trades.length,
      trade: trades,
      fulfilledWh: trades.map(() => RECEIVED_WH),
      paymentUpt: zeros,
      wheelingUpt: zeros,
      buyerPenaltyUpt: zeros,
      sellerPenaltyUpt: zeros,
      cleanWh: trades.map(() => RECEIVED_WH),
      lossWh: trades.map(() => LOST_WH),
    },
  });
  chain.seal();
}

/** Sells every certificate to another home, which retires it. @returns Certificates. */
function sellAndRetire(chain: Chain): number {
  const end = certificatesEnd(chain.read, chain.rules);
  const byOwner = new Map<number, number[]>();
  for (let id = 0; id < end; id++) {
    const { owner } = certificateStatus(chain.read, chain.rules, id)!;
    const ids = byOwner.get(owner) ?? [];
    byOwner.set(owner, ids);
    ids.push(id);
  }
  for (const [owner, ids] of byOwner) {
    const buyer = owner === HOMES - 1 ? SELLERS : owner + 1;
    for (let from = 0, sequence = 0; from < ids.length; from += OFFERED, sequence++) {
      const certificates = ids.slice(from, from + OFFERED);
      const priceUpt = 1000 * certificates.length;
      chain.send('CERT_OFFER', owner, { sequence, certificates, priceUpt });
      const offer = certificateOfferOf(owner, sequence);
      chain.send('CERT_BUY', buyer, { offer, priceUpt });
      chain.send('CERT_RETIRE', buyer, { certificates, beneficiary: buyer });
    }
    chain.seal();
  }
  return end;
}

function run(size: 'smoke' | 'full'): { rows: Row[]; checksum: string } {
  const slots = size === 'full' ? 400 : 20;
  const before = process.cpuUsage();
  const since = () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1e6;
  };
  const chain = createChain(slots);
  for (let slot = 0; slot < slots; slot++) passSlot(chain, slot);
  const movedS = since();
  for (let home = SELLERS; home < HOMES; home++) {
    chain.send('CERT_ISSUE', home, { owner: home });
    chain.seal();
  }
  const issuedS = since();
  const certificates = sellAndRetire(chain);
  const retiredS = since();
  const { invariants } = contracts.find(({ name }) => name === 'certificates')!;
  for (const { id, check } of invariants) {
    const problem = check(chain.read, chain.rules);
    if (problem !== undefined) throw new Error(`${id}: ${problem}`);
  }
  const checkedS = since() - retiredS;
  let minted = 0;
  let lost = 0;
  for (let seller = 0; seller < SELLERS; seller++) {
    minted += chain.read(generatorCell(seller, GENERATOR.minted));
    lost += chain.read(generatorCell(seller, GENERATOR.lost));
  }
  const retired = chain.read(certificatesCell(CERTIFICATES.retired));
  const ranges = chain.read(certificatesCell(CERTIFICATES.rangeCount));
  const counts = [minted, lost, certificates, retired, ranges];
  const owners = Array.from(
    { length: certificates },
    (_, id) => certificateStatus(chain.read, chain.rules, id)!.owner,
  );
  return {
    rows: [
      { label: 'labels minted', value: minted, unit: 'kWh' },
      { label: 'labels lost on lines', value: lost, unit: 'kWh' },
      { label: 'certificates retired', value: retired, unit: '' },
      { label: 'label ranges in them', value: ranges, unit: '' },
      { label: 'mint and settle', value: movedS, unit: 'CPU s' },
      { label: 'issue', value: issuedS - movedS, unit: 'CPU s' },
      { label: 'offer, buy, retire', value: retiredS - issuedS, unit: 'CPU s' },
      { label: 'all of it', value: retiredS, unit: 'CPU s' },
      { label: 'all invariants once', value: checkedS, unit: 'CPU s' },
      { label: 'resident set', value: process.resourceUsage().maxRSS / 1024, unit: 'MB' },
    ],
    checksum: sha256Hex(JSON.stringify([counts, owners])).slice(0, 16),
  };
}

export default { name: 'labels', run };
