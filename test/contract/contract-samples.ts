/**
 * Small stories in which every function of every contract succeeds at least once. To give a new function a
 * sample, let a story call it; the contract test records what is executed, whichever world executes it.
 */
import { daysFromCivil } from '../../src/base/calendar.ts';
import {
  certificateOfferOf,
  GENERATOR,
  generatorCell,
} from '../../src/contracts/certificate-cells.ts';
import { WORKER, workerCell } from '../../src/contracts/compute-cells.ts';
import { offerOf } from '../../src/contracts/exchange-cells.ts';
import { createGovernanceWorld, S } from '../../src/experiment/validate/governed-chain.ts';
import { hexToBytes } from '../../src/ledger/hash.ts';
import { inclusionProof, leafHash, merkleRootOfHashes } from '../../src/ledger/merkle.ts';
import { orderCommitment } from '../../src/ledger/order-commitment.ts';
import { canaryCommitment, taskCommitment } from '../../src/ledger/payloads/compute.ts';
import { meterLeafBytes } from '../../src/metering/leaf.ts';
import { createBookWorld } from '../unit/contracts/book-world.ts';
import { createCertificateWorld, VALIDITY_US } from '../unit/contracts/certificate-world.ts';
import { createMembersWorld } from '../unit/contracts/members-world.ts';
import { createPointsWorld } from '../unit/contracts/points-world.ts';
import {
  AUTHORITY,
  CENTRE,
  createWorld,
  GATE_US,
  settled,
  trade,
} from '../unit/contracts/world.ts';

/** A story: calls of contracts in some world. */
export type Story = () => void;

const ROOT = new Uint8Array(32).fill(1);
const DAY = 86_400 * S;

function marketStory(): void {
  const world = createWorld({ guests: 1, parameters: { slotCount: 5 } });
  world.nowUs = GATE_US - S;
  for (const slot of [0, 1, 2]) {
    world.order(0, true, 1_000, 500_000, { slot });
    world.order(1, false, 1_000, 400_000, { slot });
  }
  for (const slot of [0, 1, 2]) world.clear([trade(0, 1, 1_000, 450_000)], slot);
  world.settle([settled(0, 1_000, 450_000)], 0);
  const entries = (wh: number) => ({
    count: 1,
    trade: [0],
    fulfilledWh: [wh],
    paymentUpt: [450 * wh],
    wheelingUpt: [30 * wh],
    buyerPenaltyUpt: [0],
    sellerPenaltyUpt: [0],
    cleanWh: [0],
    lossWh: [0],
  });
  world.send('SETTLE_BATCH', CENTRE, {
    settlements: [1, 2].map((slot) => ({ slot, version: 1, entries: entries(1_000) })),
  });
  world.send('TRANSFER', 0, { to: 1, amountUpt: 5 });
  world.send('POINTS_REWARD', 4, { to: 4, amountUpt: 5e6, block: 0, ref: 0 });
  world.send('FOREIGN', 11, { bytes: new Uint8Array(50) }, { gasLimit: 40_000 });
}

function sealedStory(): void {
  const world = createWorld({ parameters: { revealWindowUs: 30 * S } });
  const order = {
    slot: 0,
    isBid: true,
    sequence: 0,
    quantityWh: 100,
    priceUptPerKWh: 400_000,
    counterparty: -1,
    salt: 99,
  };
  world.nowUs = GATE_US - 30 * S;
  const commitment = orderCommitment(0, order);
  world.send('ORDER_COMMIT', 0, { slot: 0, sequence: 0, commitment });
  world.nowUs++;
  world.send('ORDER_REVEAL', 0, order);
}

/** A hundred orders: what the budget of clearing on the chain is about. */
function clearingStory(): void {
  const world = createBookWorld(100);
  for (let owner = 0; owner < 100; owner++) {
    const limitUptPerKWh = 400_000 + 1_000 * owner;
    const isBid = owner % 2 === 0;
    world.place({ owner, sequence: 0, isBid, quantityWh: 500, limitUptPerKWh, includedUs: 1 });
  }
  world.clearOnChain();
}

function meteringStory(): void {
  const world = createWorld({ groups: { metering: { meterDisputeUs: 1e12 } } });
  world.nowUs = 20_000 * S;
  const leavesOf = (slot: number) =>
    [0, 1, 2, 3].map((home) => {
      const leaf = meterLeafBytes(`home-${home}`, slot, 100, 7, 9, 0);
      return { leaf, signature: world.keys[home]!.sign(leaf) };
    });
  const leaves = leavesOf(0);
  const hashes = leaves.map(({ leaf, signature }) => leafHash(leaf, signature));
  const root = hexToBytes(merkleRootOfHashes(hashes));
  const sums = { importWh: 1, exportWh: 2, generationWh: 3 };
  world.send('METER_BATCH', CENTRE, { slot: 0, headEnd: 0, root, count: 4, ...sums });
  world.send('METER_READS', CENTRE, { slot: 1, headEnd: 0, leaves: leavesOf(1) });
  const path = inclusionProof(hashes, 2).map(hexToBytes);
  world.send('METER_PROOF', 0, { slot: 0, index: 2, ...leaves[2]!, path });
}

function pointsStory(): void {
  const points = { fiatCashOut: 1, grantVestingUs: 10 * DAY, grantExpiryUs: 2 * DAY };
  const world = createPointsWorld({ points, members: 3 });
  world.post(0, 0, 30e6);
  world.send('POINTS_REDEEM', 0, { amountUpt: 10e6, bill: 0 });
  world.send('CASH_OUT', 0, { amountUpt: 1e6 });
  const sell = (sequence: number) =>
    world.send('POINTS_SELL', 0, { sequence, amountUpt: 3e6, askPerPt: 1e6 });
  for (const sequence of [0, 1, 2]) sell(sequence);
  world.send('POINTS_CANCEL', 0, { offer: offerOf(0, 0) });
  world.send('POINTS_BUY', 1, { offer: offerOf(0, 1) });
  world.send('POINTS_CONFIRM', 0, { offer: offerOf(0, 1) });
  world.send('POINTS_BUY', 1, { offer: offerOf(0, 2) });
  world.nowUs += 2 * 3_600 * S;
  world.send('POINTS_ARBITRATE', CENTRE, { offer: offerOf(0, 2), isPaid: true });
  const registration = world.certificateFor(3);
  world.send('REGISTER', CENTRE, registration);
  const { identityHash } = registration;
  world.send('POINTS_GRANT', CENTRE, { to: 3, amountUpt: 100e6, identityHash });
  world.nowUs += 3 * DAY;
  world.send('GRANT_EXPIRE', 1, { account: 3 });
}

function membershipStory(): void {
  const world = createMembersWorld();
  const { authority } = world;
  world.send('SUSPEND', authority, { account: 0, cause: 1 });
  world.send('REINSTATE', authority, { account: 0 });
  world.send('FREEZE', authority, world.freezeOrder(1, 0, true));
  world.send('KEY_ROTATE', 2, world.rotation(2, 0, 77));
  world.send('REVOKE', authority, { account: 0, cause: 2 });
}

function computeStory(): void {
  const world = createMembersWorld();
  const { centre } = world;
  const play = (slot: number, canary: Uint8Array) => {
    world.batch(slot, 7);
    world.send('TASK_OPEN', centre, { subject: slot, leafCount: 7, canary });
    const workers = [0, 1, 2].map((k) => world.read(workerCell(slot, k, WORKER.account)) - 1);
    for (const account of workers) {
      const commitment = taskCommitment(ROOT, 1, account);
      world.send('TASK_COMMIT', account, { task: slot, commitment });
    }
    world.nowUs += 101 * S;
    for (const account of workers) {
      world.send('TASK_REVEAL', account, { task: slot, root: ROOT, salt: 1 });
    }
    world.nowUs += 100 * S;
  };
  play(0, new Uint8Array(32));
  world.send('TASK_CLOSE', 0, { task: 0 });
  play(1, canaryCommitment(ROOT, 5));
  world.send('TASK_OPEN_CANARY', centre, { task: 1, root: ROOT, salt: 5 });
  world.send('TASK_CLOSE', 0, { task: 1 });
}

function certificateStory(): void {
  const world = createCertificateWorld();
  const genesisEnd = 40;
  world.contract(0, [{ seller: 0, buyer: 1, wh: 1_500_000 }]);
  world.anchor(0);
  world.mintRows(
    0,
    [0, 1, 2, 3].map((home) => ({ home, wh: 3_000_000 })),
  );
  world.settleRows(0, [{ seller: 0, buyer: 1, wh: 1_500_000 }]);
  world.send('CERT_ISSUE', 1, { owner: 1 });
  const labels = { owner: 0, generator: 0, serialFrom: 1_600, serialTo: 1_700 };
  world.send('LABEL_REVOKE', AUTHORITY, labels);
  const certificates = [15, 16, 17, genesisEnd, genesisEnd + 1];
  world.send('CERT_TRANSFER', 1, { to: 0, certificates });
  for (const sequence of [0, 1]) {
    world.send('CERT_OFFER', 0, { sequence, certificates, priceUpt: 9 });
    if (sequence === 0) world.send('CERT_WITHDRAW', 0, { offer: certificateOfferOf(0, 0) });
  }
  world.send('CERT_BUY', 2, { offer: certificateOfferOf(0, 1), priceUpt: 9 });
  const retired = certificates.slice(0, 3);
  world.send('CERT_RETIRE', 2, { certificates: retired, beneficiary: 2 });
  world.send('CARBON_ISSUE', 2, { certificates: retired });
  world.send('CERT_REVOKE', AUTHORITY, { certificates: certificates.slice(3) });
  world.nowUs = VALIDITY_US;
  world.send('CERT_EXPIRE', 3, { certificates: [0, 6, 12] });
}

function subsidyStory(): void {
  const subsidy = {
    subsidyDelayUs: 5_000 * S,
    subsidyPeriodUs: 1_000 * S,
    subsidyBudgetUpt: 1_000e6,
  };
  const world = createWorld({ groups: { subsidy } });
  world.nowUs = 11_000 * S;
  world.view.write(generatorCell(0, GENERATOR.minted), 1_000);
  world.send('SUBSIDY_REGISTER', AUTHORITY, {
    plant: 0,
    owner: 0,
    generator: 0,
    commissionedDay: daysFromCivil(2018, 6, 1),
    plantClass: 0,
    capacityW: 5_000,
    isTraded: true,
    serial: 7_000,
  });
  const labels = { count: 1, serialFrom: [0], serialTo: [100] };
  world.send('SUBSIDY_CLAIM', 0, { plant: 0, period: 0, labels });
  world.send('SUBSIDY_APPROVE', AUTHORITY, { claim: 0 });
  world.nowUs += 6_000 * S;
  world.send('SUBSIDY_PAY', 3, { claim: 0 });
  world.send('SUBSIDY_CLAWBACK', AUTHORITY, { claim: 0 });
}

function governanceStory(): void {
  const world = createGovernanceWorld({ nodeUpt: 60e6, voteOut: { coolDown: 3 * S } });
  world.send('STAKE', 0, { certificates: [10, 11] });
  world.send('VOTE', 0, { candidates: [0, 1] });
  world.send('UNSTAKE', 0, { certificates: [10] });
  world.send('PROXY', 1, { to: 2 });
  world.tryOut(2, 6, 0);
  world.seal(2);
  world.send('TRANSFER', 0, { to: world.node(2), amountUpt: 20e6 });
  world.send('CANDIDACY', world.node(2), { bondUpt: 16e6 });
  world.send('RETURN', world.node(2), { node: 2 });
}

/** Every story, by what it is about. */
export const STORIES: Readonly<Record<string, Story>> = {
  market: marketStory,
  sealed: sealedStory,
  clearing: clearingStory,
  metering: meteringStory,
  points: pointsStory,
  membership: membershipStory,
  compute: computeStory,
  certificates: certificateStory,
  subsidy: subsidyStory,
  governance: governanceStory,
};
