/**
 * Certificates on their way out of stake. They count no more at once and stay locked until the end of the
 * epoch after the next, so that they outlive every seat that they can have won: an election at the end of
 * this epoch reads a block from before they left, and its seats end with the next. Two releases can be due
 * at a time, one for this epoch and one for the epoch before; there are no timers, so what is due is let go
 * when somebody asks next.
 */
import { invariant } from '../base/errors.ts';
import { ACCOUNT } from './cells.ts';
import { VOTER, voterCell } from './governance-cells.ts';
import { epochOf, epochUs } from './governance-rules.ts';
import { addAccount, type Call, readAccount } from './rules.ts';
import { type ReadCell, writeVoter } from './voters.ts';

/** Epochs between a request and the start of the epoch in which it is let go. */
const RELEASE_EPOCHS = 2;

/** Epoch with whose start a certificate that leaves now is free; undefined where nobody is elected. */
export function releaseEpoch({ rules, timestampUs }: Call): number | undefined {
  return rules.voteOut === undefined
    ? undefined
    : epochOf(rules.voteOut, timestampUs) + RELEASE_EPOCHS;
}

/** Certificates that are let go at one time. */
interface Release {
  readonly count: number;
  readonly releaseUs: number;
}

function releasesOf(read: ReadCell, account: number): Release[] {
  const of = (field: number) => read(voterCell(account, field));
  const releases = [
    { count: of(VOTER.unlocking), releaseUs: of(VOTER.releaseUs) },
    { count: of(VOTER.unlockingLater), releaseUs: of(VOTER.laterUs) },
  ];
  return releases.filter(({ count }) => count > 0);
}

function writeReleases(call: Call, account: number, releases: readonly Release[]): void {
  const put = (field: number, value: number | undefined) => {
    if (call.state.read(voterCell(account, field)) === (value ?? 0)) return;
    writeVoter(call, account, field, value ?? 0);
  };
  put(VOTER.unlocking, releases[0]?.count);
  put(VOTER.releaseUs, releases[0]?.releaseUs);
  put(VOTER.unlockingLater, releases[1]?.count);
  put(VOTER.laterUs, releases[1]?.releaseUs);
}

/**
 * Puts certificates of an account on their way out, or with a negative count takes them back. The caller has
 * let go what is due.
 */
export function addUnstaking(call: Call, account: number, epoch: number, count: number): void {
  const releaseUs = epoch * epochUs(call.rules.voteOut!);
  const releases = releasesOf(call.state.read, account);
  const at = releases.findIndex((release) => release.releaseUs === releaseUs);
  const before = releases[at]?.count ?? 0;
  const others = releases.filter((_, k) => k !== at);
  const after = [...others, { count: before + count, releaseUs }]
    .filter((release) => release.count > 0)
    .sort((a, b) => a.releaseUs - b.releaseUs);
  invariant(after.length <= 2, 'unstaking-releases', () => `${after.length} of account ${account}`);
  writeReleases(call, account, after);
}

/** Certificates of an account whose release is due but was not yet asked for. */
export function dueUnstaking(read: ReadCell, account: number, timestampUs: number): number {
  return releasesOf(read, account)
    .filter(({ releaseUs }) => timestampUs >= releaseUs)
    .reduce((sum, { count }) => sum + count, 0);
}

/** Lets go what is due. @returns Whether there was any. */
export function releaseDue(call: Call, account: number): boolean {
  const { state, timestampUs } = call;
  if (readAccount(call, account, ACCOUNT.voter) === 0) return false;
  const due = dueUnstaking(state.read, account, timestampUs);
  if (due === 0) return false;
  const left = releasesOf(state.read, account).filter(({ releaseUs }) => timestampUs < releaseUs);
  writeReleases(call, account, left);
  addAccount(call, account, ACCOUNT.certificatesLocked, -due);
  return true;
}
