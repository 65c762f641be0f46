/**
 * Everybody who acts on the contracts beside the market: who labels and trades certificates, who computes for
 * points, who buys and redeems points, who claims subsidies. Each desk opens where the chain has its contract.
 */

import type { RandomSource } from '../base/random.ts';
import type { Table } from '../base/table.ts';
import type { WorkBook } from '../contracts/compute-conduct.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { SignedLeaf } from '../ledger/transactions.ts';
import { createFiatBook } from '../market/fiat-book.ts';
import type { SlotReads } from '../metering/head-end.ts';
import type { Scenario } from '../scenario/sections.ts';
import type { Accounts } from './accounts.ts';
import { openCertificateDesk } from './certificate-desk.ts';
import type { Chain } from './chain.ts';
import { openComputeDesk } from './compute-desk.ts';
import type { HomeBook } from './home-book.ts';
import type { Oversight } from './oversight.ts';
import { openPointsDesk } from './points-desk.ts';
import type { Site } from './site.ts';
import { openSubsidyDesk } from './subsidy-desk.ts';

/** What desks are opened with. */
export interface DeskParts {
  readonly scenario: Scenario;
  readonly chain: Chain;
  readonly accounts: Accounts;
  readonly random: RandomSource;
  /** Who computes otherwise than it should. */
  readonly workers: WorkBook;
  readonly site: Site;
  readonly oversight: Pick<Oversight, 'attacks' | 'detectors'>;
  /** Settlements of the homes; asked for once the run is on. */
  readonly book: () => HomeBook;
}

/** The desks of a run. */
export interface Desks {
  /** The centre has sent a slot's batch of reads. */
  onReads(reads: SlotReads, leaves: readonly SignedLeaf[]): void;
  /** The settlement of a slot is final at the centre. */
  onFinalSettlement(slot: number): void;
  /** A block became final at the centre. */
  onFinal(block: number): void;
  /** Whether nothing that is due of the desks is still to come. */
  isIdle(): boolean;
  /** Tables of the desks; once, after the run. */
  tables(): Record<string, Table>;
}

/** Opens the desks. */
export function openDesks(kernel: Kernel, parts: DeskParts): Desks {
  const { scenario, chain, accounts, random, workers, oversight } = parts;
  const certificates = openCertificateDesk(kernel, scenario, chain, accounts, random);
  const compute = openComputeDesk(kernel, { scenario, chain, random, workers });
  const points = openPointsDesk(kernel, parts);
  const { attacks, detectors } = oversight;
  const fiat = points?.fiat ?? createFiatBook(chain.rules.accountCount);
  const subsidy = openSubsidyDesk(kernel, { ...parts, attacks, detectors, fiat });
  return {
    onFinalSettlement: (slot) => points?.onFinalSettlement(slot),
    onFinal(block) {
      points?.onFinal(block);
      subsidy?.onFinal(block);
    },
    isIdle: () => subsidy?.isIdle() ?? true,
    tables() {
      const tables = [
        ...(points?.tables() ?? []),
        ...(subsidy === undefined ? [] : [subsidy.table()]),
      ];
      return Object.fromEntries(tables.map((table) => [table.name, table]));
    },
    onReads(reads, leaves) {
      certificates?.mint(reads);
      compute?.takeBatch(
        reads.slot,
        leaves.map(({ leaf, signature }) => Buffer.concat([leaf, signature])),
      );
    },
  };
}
