/** A world with labels and certificates, and the way of a slot from reads to settled trades. */
import { contracts } from '../../../src/contracts/index.ts';
import type { RuleGroups } from '../../../src/contracts/rule-groups.ts';
import { CENTRE, createWorld, S, type TradeRow, type WorldOptions } from './world.ts';

/** Length of a vintage; slot 10 is the first of vintage 2. */
export const PERIOD_US = 10_000 * S;
/** Validity from the start of a vintage: 24 of them. */
export const VALIDITY_US = 24 * PERIOD_US;
export const RULES: NonNullable<RuleGroups['certificates']> = {
  labelBase: 0,
  certificateValidityUs: VALIDITY_US,
  certificatePeriodUs: PERIOD_US,
  carbonGPerMWh: 536_600,
};

/** Clean energy of one home in a slot [Wh]. */
export interface Clean {
  readonly home: number;
  readonly wh: number;
  readonly selfWh?: number;
}

/** One settled trade: energy with labels that was received, and that was lost [Wh]. */
export interface Delivery {
  readonly seller: number;
  readonly buyer: number;
  readonly wh: number;
  readonly lossWh?: number;
  /** Of the received energy, what carries labels; all of it by default. */
  readonly cleanWh?: number;
}

/** Makes a world with the rules of certificates, within a block before any gate. */
export function createCertificateWorld(options: WorldOptions = {}, hasRules = true) {
  const world = createWorld({
    ...options,
    groups: { ...(hasRules ? { certificates: RULES } : {}), ...options.groups },
    parameters: { wheelingUptPerKWh: 0, slotCount: 40, ...options.parameters },
  });
  const anchor = (slot: number) =>
    world.send('METER_BATCH', CENTRE, {
      slot,
      headEnd: 0,
      root: new Uint8Array(32).fill(slot + 1),
      count: 4,
      importWh: 0,
      exportWh: 0,
      generationWh: 0,
    }).reason;
  const mintRows = (slot: number, rows: readonly Clean[], sender = CENTRE) =>
    world.send('LABEL_MINT', sender, {
      slot,
      energy: {
        count: rows.length,
        generator: rows.map(({ home }) => home),
        cleanWh: rows.map(({ wh }) => wh),
        selfWh: rows.map(({ selfWh }) => selfWh ?? 0),
      },
    });
  /** Orders and clears trades of a slot; prices are zero. */
  function contract(slot: number, deliveries: readonly Delivery[], priceUptPerKWh = 0): string {
    const trades: TradeRow[] = [];
    const sequences = new Map<string, number>();
    const place = (owner: number, isBid: boolean, wh: number) => {
      const side = `${owner}${isBid ? 'b' : 's'}`;
      const sequence = sequences.get(side) ?? (isBid ? 0 : 4);
      sequences.set(side, sequence + 1);
      world.order(owner, isBid, wh, priceUptPerKWh, { slot, sequence });
      return sequence;
    };
    for (const { seller, buyer, wh, lossWh = 0 } of deliveries) {
      const energyWh = wh + lossWh;
      const buyerSequence = place(buyer, true, energyWh);
      const sellerSequence = place(seller, false, energyWh);
      trades.push({ buyer, buyerSequence, seller, sellerSequence, energyWh, priceUptPerKWh });
    }
    return world.clear(trades, slot).reason;
  }
  const settleRows = (slot: number, deliveries: readonly Delivery[], priceUptPerKWh = 0) =>
    world.settle(
      deliveries.map(({ wh, lossWh = 0, cleanWh = wh }, trade) => ({
        trade,
        fulfilledWh: wh,
        paymentUpt: Math.floor((priceUptPerKWh * wh) / 1000),
        wheelingUpt: 0,
        buyerPenaltyUpt: 0,
        sellerPenaltyUpt: 0,
        cleanWh,
        lossWh,
      })),
      slot,
    );
  return Object.assign(world, {
    anchor,
    mintRows,
    contract,
    settleRows,
    /** Anchors the reads of a slot and mints its labels. */
    mint(slot: number, ...rows: Clean[]): string {
      const anchored = anchor(slot);
      return anchored === '' ? mintRows(slot, rows).reason : anchored;
    },
    /** Lets a slot pass: reads, labels, and settled trades. @returns Why it failed, '' if not. */
    pass(slot: number, clean: readonly Clean[], deliveries: readonly Delivery[] = []): string {
      const steps = [
        () => contract(slot, deliveries),
        () => anchor(slot),
        () => mintRows(slot, clean).reason,
        () => settleRows(slot, deliveries).reason,
      ];
      for (const step of steps) {
        const reason = step();
        if (reason !== '') return reason;
      }
      return '';
    },
    /** What is wrong with the invariants of the contracts of labels and certificates. */
    broken(): string[] {
      const { invariants } = contracts.find(({ name }) => name === 'certificates')!;
      return invariants.flatMap(({ id, check }) => {
        const problem = check(world.view.read, world.rules);
        return problem === undefined ? [] : [`${id}: ${problem}`];
      });
    },
  });
}

/** A world of {@link createCertificateWorld}. */
export type CertificateWorld = ReturnType<typeof createCertificateWorld>;
