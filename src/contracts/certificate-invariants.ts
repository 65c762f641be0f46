/**
 * What must hold of labels and certificates in every state. Ranges are sorted once, so that a check costs the
 * records there are and not the labels in them.
 */
import { ACCOUNT, accountCell } from './cells.ts';
import {
  CERTIFICATE,
  CERTIFICATE_KIND,
  CERTIFICATE_RANGE,
  CERTIFICATE_STATE,
  CERTIFICATES,
  certificateCell,
  certificateRangeCell,
  certificatesCell,
  GENERATOR,
  generatorCell,
  LABEL_HOLDER,
  labelHolderCell,
  QUEUE_COUNT,
  stakedRangeCell,
} from './certificate-cells.ts';
import {
  certificateLabels,
  certificateRange,
  certificateStatus,
  certificatesEnd,
} from './certificate-records.ts';
import type { ContractInvariant, ReadState } from './define.ts';
import { VOTER, voterCell } from './governance-cells.ts';
import { epochUs } from './governance-rules.ts';
import { labelsIn, rangesIn } from './label-queues.ts';
import { LABEL_WH, labelsDue, serialSum } from './labels.ts';
import type { ChainRules } from './rules.ts';

interface Held {
  readonly generator: number;
  readonly from: number;
  readonly to: number;
}

/** Ranges of all labels that are free or in a certificate. */
function heldRanges(read: ReadState, { accountCount }: ChainRules): Held[] {
  const held: Held[] = [];
  for (let account = 0; account < accountCount; account++) {
    for (let queue = 0; queue < QUEUE_COUNT; queue++) {
      if (labelsIn(read, account, queue) === 0) continue;
      for (const { generator, serialFrom, serialTo } of rangesIn(read, account, queue)) {
        held.push({ generator, from: serialFrom, to: serialTo });
      }
    }
  }
  const count = read(certificatesCell(CERTIFICATES.rangeCount));
  for (let range = 0; range < count; range++) {
    const { generator, serialFrom: from, serialTo: to } = certificateRange(read, range);
    held.push({ generator, from, to });
  }
  return held.sort((a, b) => a.generator - b.generator || a.from - b.from || a.to - b.to);
}

/**
 * Each serial is free, in one certificate, lost or revoked: what is held does not overlap, and with the count
 * and the serial sum of what is gone it makes up all that was minted.
 */
const labelsOnce: ContractInvariant = {
  id: 'labels-once',
  check(read, rules) {
    const counts = new Float64Array(rules.homeCount);
    const sums = new Float64Array(rules.homeCount);
    let last: Held | undefined;
    for (const range of heldRanges(read, rules)) {
      const { generator, from, to } = range;
      if (generator >= rules.homeCount || from >= to) return `range ${from} of ${generator}`;
      if (last?.generator === generator && from < last.to) {
        return `label ${from} of generator ${generator} is in two places`;
      }
      counts[generator]! += to - from;
      sums[generator]! += serialSum(from, to);
      last = range;
    }
    for (let generator = 0; generator < rules.homeCount; generator++) {
      const of = (field: number) => read(generatorCell(generator, field));
      const minted = of(GENERATOR.minted);
      const gone = of(GENERATOR.lost) + of(GENERATOR.revoked);
      const sum = sums[generator]! + of(GENERATOR.goneSerials);
      if (counts[generator]! + gone !== minted || sum !== serialSum(0, minted)) {
        return `generator ${generator}: ${counts[generator]} held, ${gone} gone, ${minted} minted`;
      }
    }
    return undefined;
  },
};

/** Labels are full kWh of clean energy, the rest is carried, and sellers have the labels that are due. */
const labelsCovered: ContractInvariant = {
  id: 'labels-covered',
  check(read, rules) {
    for (let generator = 0; generator < rules.homeCount; generator++) {
      const of = (field: number) => read(generatorCell(generator, field));
      const [exportWh, selfWh] = [of(GENERATOR.exportCarryWh), of(GENERATOR.selfCarryWh)];
      if (exportWh >= LABEL_WH || selfWh >= LABEL_WH) return `generator ${generator} carries a kWh`;
      if (of(GENERATOR.minted) * LABEL_WH + exportWh + selfWh !== of(GENERATOR.cleanWh)) {
        return `generator ${generator}: labels of ${of(GENERATOR.cleanWh)} Wh`;
      }
      const own = labelsIn(read, generator, 0);
      const due = labelsDue(read, generator);
      if (own < due) return `generator ${generator} has ${own} labels, ${due} are due`;
    }
    for (let account = 0; account < rules.accountCount; account++) {
      for (let queue = 0; queue < QUEUE_COUNT; queue++) {
        const labels = labelsIn(read, account, queue);
        if (labels === 0) continue;
        let sum = 0;
        for (const range of rangesIn(read, account, queue)) {
          sum += range.serialTo - range.serialFrom;
        }
        if (sum !== labels) return `account ${account}: ${sum} labels in ranges, ${labels} counted`;
      }
    }
    return undefined;
  },
};

/** Ids of genesis and of what was issued since. */
function* certificateIds(read: ReadState, rules: ChainRules): IterableIterator<number> {
  const end = certificatesEnd(read, rules);
  for (let id = 0; id < end; id++) {
    if (certificateStatus(read, rules, id) !== undefined) yield id;
  }
}

/** Counts of accounts and of the whole are those of the records; what is final was counted as such. */
const certificateCounts: ContractInvariant = {
  id: 'certificate-counts',
  check(read, rules) {
    const { ACTIVE, STAKED, UNSTAKING, RETIRED, EXPIRED, REVOKED } = CERTIFICATE_STATE;
    const owned = new Float64Array(rules.accountCount);
    const locked = new Float64Array(rules.accountCount);
    const escrowed = new Float64Array(rules.accountCount);
    const inState = new Float64Array(8);
    for (const id of certificateIds(read, rules)) {
      const { owner, state, detail } = certificateStatus(read, rules, id)!;
      inState[state]!++;
      if (state >= RETIRED) continue;
      owned[owner]!++;
      if (state === STAKED) locked[owner]!++;
      else if (state === UNSTAKING) {
        // Released ones are passed over here until something happens to them.
        const releaseUs = detail * (rules.voteOut === undefined ? 0 : epochUs(rules.voteOut));
        const isPending =
          (releaseUs === read(voterCell(owner, VOTER.releaseUs)) &&
            read(voterCell(owner, VOTER.unlocking)) > 0) ||
          (releaseUs === read(voterCell(owner, VOTER.laterUs)) &&
            read(voterCell(owner, VOTER.unlockingLater)) > 0);
        if (isPending) locked[owner]!++;
      } else if (state !== ACTIVE) escrowed[owner]!++;
    }
    for (let account = 0; account < rules.accountCount; account++) {
      const of = (field: number) => read(accountCell(account, field));
      const counts = [
        [owned, of(ACCOUNT.certificates), 'certificates'],
        [locked, of(ACCOUNT.certificatesLocked), 'locked'],
        [escrowed, read(labelHolderCell(account, LABEL_HOLDER.escrowed)), 'in escrow'],
      ] as const;
      for (const [found, booked, what] of counts) {
        if (found[account] !== booked) {
          return `account ${account}: ${found[account]} ${what}, ${booked} counted`;
        }
      }
    }
    // Nothing counts down, so that a certificate that came back from retirement would be missed here.
    const ended = [
      [RETIRED, CERTIFICATES.retired, 'retired'],
      [EXPIRED, CERTIFICATES.expired, 'expired'],
      [REVOKED, CERTIFICATES.revoked, 'revoked'],
    ] as const;
    for (const [state, field, what] of ended) {
      const booked = read(certificatesCell(field));
      if (inState[state] !== booked) return `${inState[state]} are ${what}, ${booked} were`;
    }
    return undefined;
  },
};

/** A green certificate has 1000 labels; a carbon one has its own retired green one. */
const certificateOrigins: ContractInvariant = {
  id: 'certificate-origins',
  check(read, rules) {
    const end = certificatesEnd(read, rules);
    let carbon = 0;
    for (let id = rules.genesisCertificates.end; id < end; id++) {
      const of = (field: number) => read(certificateCell(id, field));
      if (of(CERTIFICATE.kind) === CERTIFICATE_KIND.CEC) {
        carbon++;
        const green = of(CERTIFICATE.source) - 1;
        const state = certificateStatus(read, rules, green)?.state;
        const isTheirs = read(certificateCell(green, CERTIFICATE.carbon)) === id + 1;
        if (state !== CERTIFICATE_STATE.RETIRED || !isTheirs) return `carbon certificate ${id}`;
        continue;
      }
      let labels = 0;
      for (const { serialFrom, serialTo, certificate } of certificateLabels(read, id)) {
        if (certificate !== id) return `labels of certificate ${id}`;
        labels += serialTo - serialFrom;
      }
      if (labels !== 1000) return `certificate ${id} has ${labels} labels`;
    }
    const booked = read(certificatesCell(CERTIFICATES.carbon));
    return carbon === booked ? undefined : `${carbon} carbon certificates, ${booked} counted`;
  },
};

/** The labels known as staked are those of certificates in stake, or not yet touched since they left it. */
const stakedLabels: ContractInvariant = {
  id: 'labels-staked',
  check(read, rules) {
    const { STAKED, UNSTAKING } = CERTIFICATE_STATE;
    let listed = 0;
    for (let generator = 0; generator < rules.homeCount; generator++) {
      const count = read(generatorCell(generator, GENERATOR.stakedRanges));
      for (let place = 0; place < count; place++) {
        const range = read(stakedRangeCell(generator, place)) - 1;
        const labels = certificateRange(read, range);
        const state = certificateStatus(read, rules, labels.certificate)?.state;
        const isListed =
          labels.generator === generator &&
          read(certificateRangeCell(range, CERTIFICATE_RANGE.stakedAt)) === place + 1;
        if (!isListed || (state !== STAKED && state !== UNSTAKING)) {
          return `generator ${generator}: entry ${place} of ${count} staked ranges`;
        }
        if (state === STAKED) listed++;
      }
    }
    let staked = 0;
    const end = certificatesEnd(read, rules);
    for (let id = rules.genesisCertificates.end; id < end; id++) {
      if (certificateStatus(read, rules, id)?.state !== STAKED) continue;
      staked += read(certificateCell(id, CERTIFICATE.rangeCount));
    }
    return listed === staked ? undefined : `${listed} ranges in stake are listed, ${staked} are`;
  },
};

/** What must hold of labels and certificates. */
export const certificateInvariants: readonly ContractInvariant[] = [
  labelsOnce,
  labelsCovered,
  certificateCounts,
  certificateOrigins,
  stakedLabels,
];
