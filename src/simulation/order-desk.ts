/**
 * How orders reach the chain: open at once, or as a commitment that is opened when the slot takes no more
 * of them (model §8.3, A12). Members plan their orders; an adversary may send those of its home itself.
 */
import type { RandomSource } from '../base/random.ts';
import type { PlannedOrder } from '../fraud/adversaries/define.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import { orderCommitment } from '../ledger/order-commitment.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { Adversaries } from './adversaries.ts';
import type { Chain } from './chain.ts';
import type { Intent, Members } from './members.ts';
import type { Oversight } from './oversight.ts';
import type { Recorder } from './recorder.ts';
import type { Site } from './site.ts';

/** What the desk works with. */
export interface OrderDeskParts {
  readonly scenario: Scenario;
  readonly site: Site;
  readonly chain: Chain;
  readonly members: Members;
  readonly oversight: Oversight;
  readonly recorder: Recorder;
  readonly adversaries: Adversaries;
  readonly random: RandomSource;
}

/** Schedules the orders of every slot. */
export function openOrderDesk(kernel: Kernel, parts: OrderDeskParts): void {
  const { scenario, site, chain, members, oversight, recorder, adversaries } = parts;
  const { slotUs, slotCount } = site;
  const { openingUs, revealWindowUs } = chain.rules;
  const homeCount = site.source.homes.length;
  /** Last slot that is over at an instant. */
  const lastSlotAt = (nowUs: number) => Math.floor((nowUs - openingUs) / slotUs) - 1;
  const gateUs = (slot: number) => openingUs + slot * slotUs - scenario.market.gateClosure;
  const sequences = new Uint8Array(homeCount * slotCount);
  const salts = parts.random.addressed('agents/order-salt');
  /** Sealed orders until they are opened, and orders that an adversary sends later. */
  const promised: { readonly home: number; readonly payload: ReturnType<typeof orderOf> }[] = [];
  const held: { readonly planned: PlannedOrder; readonly intent: Intent }[] = [];

  const open = kernel.event('agents/open-order', PHASE.agents, (index) => {
    const { home, payload } = promised[index]!;
    const { slot } = payload;
    chain.submit('ORDER_REVEAL', home, payload, { slot, expiryUs: gateUs(slot) });
  });

  function orderOf(slot: number, sequence: number, intent: Intent) {
    const { home, isBid, quantityWh, priceUptPerKWh, counterparty } = intent;
    const salt =
      Math.floor(salts.uniform(home, slot, 2 * sequence) * 2 ** 24) * 2 ** 24 +
      Math.floor(salts.uniform(home, slot, 2 * sequence + 1) * 2 ** 24);
    return { slot, sequence, isBid, quantityWh, priceUptPerKWh, counterparty, salt };
  }

  function send(slot: number, intent: Intent, isFalse: boolean): void {
    const { home } = intent;
    const sequence = sequences[home * slotCount + slot]!++;
    const { salt, ...order } = orderOf(slot, sequence, intent);
    let tx: number;
    if (revealWindowUs === 0) {
      tx = chain.submit('ORDER_SUBMIT', home, order, { slot, expiryUs: gateUs(slot) });
    } else {
      const commitUs = gateUs(slot) - revealWindowUs;
      const payload = { ...order, salt };
      const commitment = orderCommitment(home, payload);
      const about = { slot, expiryUs: commitUs };
      tx = chain.submit('ORDER_COMMIT', home, { slot, sequence, commitment }, about);
      // A block may bear the instant of the gate itself, and takes commitments then.
      open.at(Math.max(kernel.nowUs, commitUs) + 1, promised.length);
      promised.push({ home, payload });
    }
    recorder.sent(slot, intent, sequence, tx, isFalse);
  }

  const sendHeld = kernel.event('agents/send-held-order', PHASE.agents, (index) => {
    const { planned, intent } = held[index]!;
    const hooks = adversaries.marketOf(intent.home)!;
    send(planned.slot, { ...intent, priceUptPerKWh: hooks.price(planned) }, false);
  });

  /** Sends an order, or gives it to the adversary that sends it later. */
  function place(slot: number, intent: Intent): void {
    const hooks = adversaries.marketOf(intent.home);
    if (hooks !== undefined) {
      const value = intent.isBid ? recorder.buyerValue : recorder.sellerCost;
      const planned: PlannedOrder = {
        ...intent,
        owner: intent.home,
        sequence: sequences[intent.home * slotCount + slot]!,
        slot,
        reservationUptPerKWh: value(intent.home, slot),
        gateUs: gateUs(slot) - revealWindowUs,
      };
      const atUs = hooks.delayUntilUs(planned);
      if (atUs > kernel.nowUs) {
        sendHeld.at(Math.floor(atUs), held.length);
        held.push({ planned, intent });
        return;
      }
    }
    send(slot, intent, false);
  }

  const sendOrders = kernel.event('agents/send-orders', PHASE.agents, (home, slot) => {
    for (const intent of members.intents(home, slot, lastSlotAt(kernel.nowUs))) place(slot, intent);
  });
  kernel.columnPhase(
    'agents/plan-slot',
    PHASE.agents,
    { startUs: openingUs - scenario.market.leadTimeMax, periodUs: slotUs, count: slotCount },
    (slot) => {
      members.agree(slot, lastSlotAt(kernel.nowUs));
      const startUs = openingUs + slot * slotUs;
      for (let home = 0; home < homeCount; home++) {
        sendOrders.at(startUs - members.leadUs(home, slot), home, slot);
      }
      for (const wash of oversight.washOrders(slot)) {
        const order = { quantityWh: wash.quantityWh, priceUptPerKWh: wash.priceUptPerKWh };
        send(slot, { home: wash.buyer, isBid: true, counterparty: wash.seller, ...order }, true);
        send(slot, { home: wash.seller, isBid: false, counterparty: wash.buyer, ...order }, true);
      }
    },
  );
}
