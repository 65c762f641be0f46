/** What a block tells of plants, labels, certificates and claims: transactions with their receipts. */
import { CERTIFICATE_EVENT } from '../contracts/certificate-events.ts';
import { certificateLabels } from '../contracts/certificate-records.ts';
import { SUBSIDY_EVENT } from '../contracts/subsidy.ts';
import type {
  CertificateEvent,
  ClaimEvent,
  MintEvent,
  PlantEvent,
} from '../fraud/detectors/define.ts';
import { type Receipt, STATUS_OK } from '../ledger/receipt.ts';
import type { PayloadOf } from '../ledger/transactions.ts';
import type { Chain } from './chain.ts';

/** Who listens to a block. */
export interface ClaimListener {
  onPlant(plant: PlantEvent): void;
  onMint(mint: MintEvent): void;
  onCertificate(certificate: CertificateEvent): void;
  /** A claim, and its number where the contract took it. */
  onClaim(event: ClaimEvent, number: number | undefined): void;
  /** A claim was approved, refused or taken back. */
  onDecided(claim: number): void;
  /** A payment was made, or asked for in vain. */
  onPayment(claim: number, paidUpt: number): void;
}

/** Tells a listener what a block holds, in its order. The block must not have been exported yet. */
export function readClaimBlock(chain: Chain, block: number, listener: ClaimListener): void {
  const { table, tree, builder, state } = chain;
  const body = tree.transactions(block);
  const receipts = builder.seal(block)?.receipts ?? [];
  const read = (cell: number) => state.readAt(block, cell);
  for (let i = 0; i < receipts.length; i++) {
    const { transaction } = table.signed(body[i]!);
    const receipt = receipts[i]!;
    const isDone = receipt.status === STATUS_OK;
    switch (transaction.type) {
      case 'SUBSIDY_REGISTER':
        if (isDone) listener.onPlant(transaction.payload);
        break;
      case 'LABEL_MINT':
        if (isDone) tellMints(transaction.payload, receipt, listener);
        break;
      case 'CERT_ISSUE':
        if (isDone) tellCertificates(receipt, read, listener);
        break;
      case 'SUBSIDY_CLAIM': {
        const { plant, period, labels } = transaction.payload;
        const ranges = Array.from({ length: labels.count }, (_, k) => {
          return [labels.serialFrom[k]!, labels.serialTo[k]!] as const;
        });
        const event = { home: transaction.sender, plant, period, labels: ranges };
        const number = isDone ? receipt.events[1] : undefined;
        listener.onClaim({ ...event, isAccepted: isDone }, number);
        break;
      }
      case 'SUBSIDY_APPROVE':
      case 'SUBSIDY_CLAWBACK':
        if (isDone) listener.onDecided(transaction.payload.claim);
        break;
      case 'SUBSIDY_PAY': {
        const isPaid = isDone && receipt.events[0] === SUBSIDY_EVENT.paid;
        listener.onPayment(transaction.payload.claim, isPaid ? receipt.events[3]! : 0);
        break;
      }
      default:
    }
  }
}

/** Entry of labels minted: generator, slot, first serial, labels of export, labels of self-consumption. */
const MINTED_LENGTH = 6;

/** Labels of a slot by generator; where a remainder was only carried, the range is empty. */
function tellMints(
  { slot, energy }: PayloadOf['LABEL_MINT'],
  { events }: Receipt,
  { onMint }: ClaimListener,
): void {
  const ranges = new Map<number, readonly [from: number, to: number]>();
  for (let at = 0; at < events.length; at += MINTED_LENGTH) {
    if (events[at] !== CERTIFICATE_EVENT.labelsMinted) continue;
    const first = events[at + 3]!;
    ranges.set(events[at + 1]!, [first, first + events[at + 4]! + events[at + 5]!]);
  }
  for (let row = 0; row < energy.count; row++) {
    const generator = energy.generator[row]!;
    const [serialFrom, serialTo] = ranges.get(generator) ?? [0, 0];
    const wh = { cleanWh: energy.cleanWh[row]!, selfWh: energy.selfWh[row]! };
    onMint({ generator, slot, serialFrom, serialTo, ...wh });
  }
}

/** Entry of certificates issued: owner, first, count, class. */
const ISSUED_LENGTH = 5;

function tellCertificates(
  { events }: Receipt,
  read: (cell: number) => number,
  { onCertificate }: ClaimListener,
): void {
  for (let at = 0; at < events.length; at += ISSUED_LENGTH) {
    if (events[at] !== CERTIFICATE_EVENT.issued) continue;
    const [owner, first, count] = [events[at + 1]!, events[at + 2]!, events[at + 3]!];
    for (let certificate = first; certificate < first + count; certificate++) {
      const labels = certificateLabels(read, certificate);
      onCertificate({ certificate, owner, labels });
    }
  }
}
