/**
 * The people behind labels and certificates. The centre mints labels from what meters reported and keeps the
 * contracts going (bundling, expiry); members who hold certificates offer some for points, others buy them to
 * cover their own consumption, retire them, and have the avoided emission certified. Prices are what people
 * ask for; what comes of it is the contract's doing.
 */
import type { RandomSource } from '../base/random.ts';
import { HOUR_US } from '../base/units.ts';
import { ACCOUNT, accountCell } from '../contracts/cells.ts';
import {
  CERTIFICATE_STATE,
  certificateOfferCell,
  certificateOfferOf,
  OFFER,
  OFFER_STATE,
} from '../contracts/certificate-cells.ts';
import { certificateStatus, certificatesEnd, expiryUs } from '../contracts/certificate-records.ts';
import { freeLabels } from '../contracts/labels.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { PHASE } from '../kernel/phase.ts';
import { cleanExports } from '../market/clean-energy.ts';
import type { SlotReads } from '../metering/head-end.ts';
import { QUALITY } from '../metering/quality.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { Accounts } from './accounts.ts';
import type { Chain } from './chain.ts';

/** What the desk is told by the run. */
export interface CertificateDesk {
  /** Mints the labels of a slot's reads; the batch that anchors them has just been sent. */
  mint(reads: SlotReads): void;
}

/** Labels of a certificate (model §7.4). */
const LABELS_PER_CERTIFICATE = 1000;
/** Spread of asking prices and of what buyers would pay about the scenario's price. */
const PRICE_SPREAD = 0.5;
/** A buyer keeps this many times the price for its orders. */
const RESERVE_TIMES = 2;

/** Opens the desk on a chain that has labels; undefined on one that has none. */
export function openCertificateDesk(
  kernel: Kernel,
  scenario: Scenario,
  chain: Chain,
  { genesis }: Accounts,
  random: RandomSource,
): CertificateDesk | undefined {
  const { rules } = chain;
  if (rules.certificates === undefined) return undefined;
  const { offered, buyers, retired, carbon, price } = scenario.certificates;
  const { openingUs, slotUs, slotCount, homeCount, centre } = rules;
  const spanUs = slotCount * slotUs;
  const endUs = openingUs + spanUs;
  const expiryOf = () => ({ slot: -1, expiryUs: kernel.nowUs + 6 * HOUR_US });
  const draws = random.addressed('world/certificate-trade');
  const readerOf = (account: number) => {
    const head = chain.engine.head[chain.nodeOf(account)]!;
    return (cell: number) => chain.state.readAt(head, cell);
  };
  /** Price about the scenario's, by a member's own taste [Upt]. */
  const taste = (member: number, what: number) =>
    Math.round(price * (1 + PRICE_SPREAD * (2 * draws.uniform(member, what, 0) - 1)));

  /** Ids that were ever offered, in the order of offering, with who offers. */
  const offers: number[] = [];
  const genesisOf = (member: number) => genesis.accounts[member]!.certificates;

  const offer = kernel.event('agents/offer-certificate', PHASE.agents, (member, id) => {
    const status = certificateStatus(readerOf(member), rules, id);
    if (status?.owner !== member || status.state !== CERTIFICATE_STATE.ACTIVE) return;
    const sequence = id - genesisOf(member).firstId;
    const priceUpt = taste(member, 1);
    offers.push(certificateOfferOf(member, sequence));
    chain.submit('CERT_OFFER', member, { sequence, certificates: [id], priceUpt }, expiryOf());
  });

  const buy = kernel.event('agents/buy-certificate', PHASE.agents, (member) => {
    const read = readerOf(member);
    const limitUpt = taste(member, 2);
    const freeUpt = read(accountCell(member, ACCOUNT.balanceUpt));
    let best = -1;
    let bestUpt = Math.min(limitUpt, Math.floor(freeUpt / RESERVE_TIMES)) + 1;
    for (const candidate of offers) {
      if (read(certificateOfferCell(candidate, OFFER.state)) !== OFFER_STATE.open) continue;
      const askedUpt = read(certificateOfferCell(candidate, OFFER.priceUpt));
      if (askedUpt >= bestUpt) continue;
      best = candidate;
      bestUpt = askedUpt;
    }
    if (best < 0) return;
    chain.submit('CERT_BUY', member, { offer: best, priceUpt: bestUpt }, expiryOf());
    if (draws.uniform(member, 3, 0) < retired) retire.after(HOUR_US, member);
  });

  /** Free certificates of a member that are not of its own genesis range: what it bought. */
  function boughtBy(member: number, state: number): number[] {
    const read = readerOf(member);
    const end = certificatesEnd(read, rules);
    const ids: number[] = [];
    for (let id = 0; id < end; id++) {
      const status = certificateStatus(read, rules, id);
      if (status?.owner !== member || status.state !== state) continue;
      if (rules.genesisCertificates.ownerOf(id) !== member) ids.push(id);
    }
    return ids;
  }

  const retire = kernel.event('agents/retire-certificate', PHASE.agents, (member) => {
    const certificates = boughtBy(member, CERTIFICATE_STATE.ACTIVE);
    if (certificates.length === 0) return;
    chain.submit('CERT_RETIRE', member, { certificates, beneficiary: member }, expiryOf());
    if (draws.uniform(member, 4, 0) < carbon) certify.after(HOUR_US, member);
  });

  const certify = kernel.event('agents/certify-carbon', PHASE.agents, (member) => {
    const certificates = boughtBy(member, CERTIFICATE_STATE.RETIRED);
    if (certificates.length === 0) return;
    chain.submit('CARBON_ISSUE', member, { certificates }, expiryOf());
  });

  /** Once a day the centre bundles what has come to a thousand labels and ends what is out of date. */
  const keep = kernel.event('agents/keep-certificates', PHASE.agents, () => {
    const read = readerOf(centre);
    for (let owner = 0; owner < homeCount; owner++) {
      const { own, bought, self, due } = freeLabels(read, owner);
      if (Math.max(own - due + bought, self) < LABELS_PER_CERTIFICATE) continue;
      chain.submit('CERT_ISSUE', centre, { owner }, expiryOf());
    }
    const expired: number[] = [];
    const end = certificatesEnd(read, rules);
    for (let id = 0; id < end; id++) {
      const state = certificateStatus(read, rules, id)?.state ?? CERTIFICATE_STATE.EXPIRED;
      const isOpen = state < CERTIFICATE_STATE.RETIRED;
      if (isOpen && kernel.nowUs >= expiryUs(read, rules, id)) expired.push(id);
    }
    if (expired.length > 0) {
      chain.submit('CERT_EXPIRE', centre, { certificates: expired }, expiryOf());
    }
    if (kernel.nowUs + rules.rewardDayUs < endUs) keep.after(rules.rewardDayUs);
  });

  keep.at(openingUs + Math.min(rules.rewardDayUs, spanUs) - 1);
  for (let member = 0; member < homeCount; member++) {
    const { firstId, count } = genesisOf(member);
    for (let k = 0; k < count; k++) {
      if (draws.uniform(member, 5, k) >= offered) continue;
      const atUs = openingUs + Math.floor(0.5 * spanUs * draws.uniform(member, 6, k));
      offer.at(atUs, member, firstId + k);
    }
    if (draws.uniform(member, 7, 0) < buyers) {
      buy.at(openingUs + Math.floor(spanUs * (0.5 + 0.3 * draws.uniform(member, 8, 0))), member);
    }
  }

  const isAllLabelled = rules.certificates.labelBase === 1;
  return {
    mint({ slot, exportWh, generationWh, quality }) {
      // No labels from estimated reads (model §7.4).
      const isActual = (home: number) => quality[home] === QUALITY.actual;
      const exports = cleanExports(exportWh, generationWh, isActual);
      const generator: number[] = [];
      const cleanWh: number[] = [];
      const selfWh: number[] = [];
      for (let home = 0; home < homeCount; home++) {
        const clean = exports[home]!;
        const own = isAllLabelled && isActual(home) ? generationWh[home]! - clean : 0;
        if (clean + own === 0) continue;
        generator.push(home);
        cleanWh.push(clean);
        selfWh.push(own);
      }
      if (generator.length === 0) return;
      const energy = { count: generator.length, generator, cleanWh, selfWh };
      const about = { slot, expiryUs: endUs + scenario.horizon.drain + 1e12 };
      chain.submit('LABEL_MINT', centre, { slot, energy }, about);
    },
  };
}
