/** Commitments of sealed orders: what is promised before the book closes and opened after. */
import { createWriter } from './encoding.ts';
import { sha256Bytes } from './hash.ts';
import type { OrderRevealPayload } from './transaction-payloads.ts';

const writer = createWriter(128);

/**
 * SHA-256 over owner, order and salt. With a salt of 48 bits nobody finds the order by trying the likely
 * ones; the owner stands in it, so that a copied commitment opens for nobody else.
 */
export function orderCommitment(owner: number, order: OrderRevealPayload): Uint8Array {
  writer.reset();
  for (const value of [
    owner,
    order.slot,
    order.sequence,
    order.isBid ? 1 : 0,
    order.quantityWh,
    order.priceUptPerKWh,
    order.counterparty + 1,
    order.salt,
  ]) {
    writer.uint(value);
  }
  return sha256Bytes(writer.bytes());
}
