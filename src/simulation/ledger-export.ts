/** The export of the observer's chain, block by block as it becomes final (decision 26). */
import { createLedgerWriter } from '../ledger/ledger-file.ts';
import type { TransactionTable } from '../ledger/pool.ts';
import type { BlockIndex, BlockTree } from '../ledger/tree.ts';
import type { BlockBuilder } from './builder.ts';

/** An export under way. */
export interface LedgerExport {
  /** Appends the blocks after the last exported one up to a descendant of it. */
  upTo(block: BlockIndex): void;
  /** Closes the file; its chunks, unless they were taken as they grew. */
  finish(): Uint8Array[];
}

/** Starts the export of a chain. */
export function createLedgerExport(
  genesis: Uint8Array,
  tree: BlockTree,
  table: TransactionTable,
  builder: BlockBuilder,
  onChunk?: (chunk: Uint8Array) => void,
): LedgerExport {
  const writer = createLedgerWriter(genesis, onChunk);
  let exported: BlockIndex = 0;
  return {
    upTo(block) {
      const path: BlockIndex[] = [];
      for (let at = block; at !== exported; at = tree.parent[at]!) path.push(at);
      for (const at of path.reverse()) {
        const { header, signature, receipts } = builder.seal(at)!;
        const body = tree.transactions(at);
        const transactions = Array.from(body, (tx) => table.signed(tx));
        writer.append({ header, signature, transactions, receipts });
        receipts.forEach((receipt, place) => {
          table.exported(body[place]!, at, receipt.gasUsed, receipt.reason);
        });
        builder.forget(at);
      }
      exported = block;
    },
    finish: () => writer.finish(),
  };
}
