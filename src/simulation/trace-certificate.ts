/**
 * A certificate back to the meters: its thousand labels by range, the generator and slots that they were
 * minted for, the anchored readings of those slots, and every owner that it had.
 */
import {
  CERTIFICATE,
  CERTIFICATE_KIND,
  CERTIFICATE_STATE,
  certificateCell,
  certificateOfferOf,
} from '../contracts/certificate-cells.ts';
import {
  type CertificateLabels,
  certificateStatus,
  certificatesEnd,
  certificateLabels as labelsOf,
} from '../contracts/certificate-records.ts';
import type { TracedEntry, TracedLedger, TracedTransaction } from './trace-ledger.ts';
import { anchoredReads } from './trace-meters.ts';
import { pointsText, slotInstant, type TraceNode } from './trace-tree.ts';

/** Number of certificates that were ever issued on a chain: ids are below it. */
export const certificateCount = ({ state }: TracedLedger): number =>
  certificatesEnd(state.read, state.rules);

/** Labels of a certificate, range by range; none of one of genesis or of carbon. */
export const certificateLabels = ({ state }: TracedLedger, id: number): CertificateLabels[] =>
  labelsOf(state.read, id);

/** Traces a certificate; undefined where none of this id was issued. */
export function traceCertificate(ledger: TracedLedger, id: number): TraceNode | undefined {
  const { state } = ledger;
  const status = certificateStatus(state.read, state.rules, id);
  if (status === undefined) return undefined;
  const isCarbon = state.read(certificateCell(id, CERTIFICATE.kind)) === CERTIFICATE_KIND.CEC;
  const name = Object.entries(CERTIFICATE_STATE).find(([, code]) => code === status.state)![0];
  const isBound = state.read(certificateCell(id, CERTIFICATE.isBound)) !== 0;
  const trade = isBound ? ', not tradable' : '';
  return {
    kind: 'certificate',
    text:
      `${id} (${isCarbon ? 'carbon' : 'green'}${trade}): ${name}, ` +
      `owner ${ledger.accountId(status.owner)}`,
    children: [...originNodes(ledger, id, isCarbon), ...historyNodes(ledger, id)],
  };
}

function originNodes(ledger: TracedLedger, id: number, isCarbon: boolean): TraceNode[] {
  const { state, genesis } = ledger;
  if (id < state.rules.genesisCertificates.end) {
    const holder = genesis.accounts.find(
      ({ certificates: { firstId, count } }) => id >= firstId && id < firstId + count,
    );
    const isStaked = state.rules.genesisCertificates.isStaked(id);
    return [
      {
        kind: 'origin',
        text:
          `genesis, for last year’s generation of ${holder?.id ?? 'nobody'}` +
          `${isStaked ? ', locked as stake' : ''}; it has no labels`,
      },
    ];
  }
  if (isCarbon) {
    const source = state.read(certificateCell(id, CERTIFICATE.source)) - 1;
    const green = traceCertificate(ledger, source);
    return [{ kind: 'origin', text: `made of green certificate ${source}`, ...below(green) }];
  }
  const ranges = certificateLabels(ledger, id);
  const labels = ranges.reduce((sum, { serialFrom, serialTo }) => sum + serialTo - serialFrom, 0);
  return [
    {
      kind: 'labels',
      text: `${labels} in ${ranges.length} ranges`,
      children: ranges.map((range) => rangeNode(ledger, range)),
    },
  ];
}

const below = (node: TraceNode | undefined) => (node === undefined ? {} : { children: [node] });

/** Serials of a range that an entry tells of: [from, to), empty where it tells of others. */
function overlap(
  { generator, serialFrom, serialTo }: CertificateLabels,
  owner: number,
  first: number,
  count: number,
): readonly [number, number] {
  if (owner !== generator) return [0, 0];
  return [Math.max(serialFrom, first), Math.min(serialTo, first + count)];
}

function rangeNode(ledger: TracedLedger, range: CertificateLabels): TraceNode {
  const minted = ledger.entries('certificates', 'labelsMinted').flatMap(({ tx, values }) => {
    const count = values.exported! + values.kept!;
    const [from, to] = overlap(range, values.generator!, values.serialFrom!, count);
    return from < to ? [mintNode(ledger, tx, values.slot!, from, to)] : [];
  });
  const moved = ledger.entries('certificates', 'labelsMoved').flatMap(({ tx, values }) => {
    const [from, to] = overlap(range, values.seller!, values.serialFrom!, values.count!);
    if (from >= to) return [];
    const text =
      `serials ${from} to ${to - 1} from ${ledger.accountId(values.seller!)} to ` +
      `${ledger.accountId(values.buyer!)} by trade ${values.slot}/${values.trade}`;
    return [{ kind: 'moved', text, tx }];
  });
  const { generator, serialFrom, serialTo } = range;
  return {
    kind: 'generator',
    text: `${ledger.accountId(generator)}, serials ${serialFrom} to ${serialTo - 1}`,
    children: [...minted, ...moved],
  };
}

function mintNode(
  ledger: TracedLedger,
  tx: TracedTransaction,
  slot: number,
  from: number,
  to: number,
): TraceNode {
  const anchored = anchoredReads(ledger, slot);
  const batch: TraceNode =
    anchored === undefined
      ? { kind: 'meter batch', text: `none for slot ${slot}` }
      : { kind: 'meter batch', text: `root ${anchored.root.slice(0, 16)}`, tx: anchored.tx };
  return {
    kind: 'minted',
    text: `serials ${from} to ${to - 1} for slot ${slot} (${slotInstant(ledger, slot)})`,
    tx,
    children: [batch],
  };
}

type Integers = Readonly<Record<string, number>>;

/** Certificates that a transaction names. */
function idsOf({ payload }: TracedTransaction): ArrayLike<number> | undefined {
  return 'certificates' in payload ? payload.certificates : undefined;
}

/** Everything that happened to a certificate, in ledger order. */
function historyNodes(ledger: TracedLedger, id: number): TraceNode[] {
  const isIn = (ids: ArrayLike<number>) => Array.prototype.includes.call(ids, id);
  const who = (account: number) => ledger.accountId(account);
  const offers = new Map<number, number>();
  const nodes: TraceNode[] = [];
  const put = (kind: string, text: string, tx: TracedTransaction) => nodes.push({ kind, text, tx });
  for (const tx of ledger.transactions) {
    for (const entry of tx.events) {
      const text = bornText(ledger, id, { tx, values: entry.values }, entry.name, entry.contract);
      if (text !== undefined) put('issued', text, tx);
    }
    if (!tx.isOk) continue;
    const payload = tx.payload as unknown as Integers;
    const ids = idsOf(tx);
    if (tx.type === 'CERT_BUY' || tx.type === 'CERT_WITHDRAW') {
      const sellerOf = offers.get(payload.offer!);
      if (sellerOf === undefined) continue;
      offers.delete(payload.offer!);
      if (tx.type === 'CERT_WITHDRAW') put('withdrawn', `by ${who(sellerOf)}`, tx);
      else put('sold', `by ${who(sellerOf)} to ${who(tx.sender)}, ${price(tx)}`, tx);
      continue;
    }
    if (ids === undefined || !isIn(ids)) continue;
    if (tx.type === 'CERT_OFFER') {
      offers.set(certificateOfferOf(tx.sender, payload.sequence!), tx.sender);
      const all = `${ids.length} for ${pointsText(payload.priceUpt!)}`;
      put('offered', `by ${who(tx.sender)}, ${all}`, tx);
    } else put(...actText(ledger, tx, payload));
  }
  return nodes;
}

const price = (tx: TracedTransaction) => {
  const sold = tx.events.find(({ name }) => name === 'traded');
  return sold === undefined
    ? 'price unknown'
    : `${sold.values.count} for ${pointsText(sold.values.priceUpt!)}`;
};

/** How a certificate came into being, where an entry tells so. */
function bornText(
  ledger: TracedLedger,
  id: number,
  { values }: TracedEntry,
  name: string,
  contract: string,
): string | undefined {
  if (contract !== 'certificates' || (name !== 'issued' && name !== 'carbon')) return undefined;
  if (id < values.first! || id >= values.first! + values.count!) return undefined;
  return `to ${ledger.accountId(values.owner!)}`;
}

/** What a transaction that names a certificate does to it. */
function actText(
  ledger: TracedLedger,
  tx: TracedTransaction,
  payload: Integers,
): [kind: string, text: string, tx: TracedTransaction] {
  const who = ledger.accountId(tx.sender);
  switch (tx.type) {
    case 'CERT_TRANSFER':
      return ['transferred', `by ${who} to ${ledger.accountId(payload.to!)}`, tx];
    case 'CERT_RETIRE':
      return ['retired', `by ${who} for ${ledger.accountId(payload.beneficiary!)}`, tx];
    case 'CERT_EXPIRE':
      return ['expired', `asked for by ${who}`, tx];
    case 'CERT_REVOKE':
      return ['revoked', `by ${who}`, tx];
    case 'CARBON_ISSUE':
      return ['carbon', `carbon certificate made of it by ${who}`, tx];
    case 'STAKE':
      return ['staked', `by ${who}`, tx];
    case 'UNSTAKE':
      return ['unstaked', `by ${who}`, tx];
    default:
      return [tx.type.toLowerCase(), `by ${who}`, tx];
  }
}
