/** Voting protocols with faults: availability, stalls, conflicting decisions, recovery. */
import { createRandomSource } from '../../../base/random.ts';
import { availability, equivocatorsNeeded } from '../../../consensus/laws/index.ts';
import pbft from '../../../consensus/protocols/pbft.ts';
import raft from '../../../consensus/protocols/raft.ts';
import tendermint from '../../../consensus/protocols/tendermint.ts';
import { byzantineQuorum, faultyMax, majority } from '../../../consensus/quorum.ts';
import { SECOND_US } from '../chains.ts';
import { type Draw, defineExperiment, defineLaw, type Law } from '../law.ts';
import { runFaulty } from '../voters.ts';

const GROUP = 'voting';
const DELAY_US = 1000;
const once = (size: number) => ({ replications: 1, size });

const VIEW_TIMEOUT_US = 2 * SECOND_US;
const BATCH = { batchTimeout: 0.5 * SECOND_US };
const FAULT_OPTIONS = { ...BATCH, viewTimeout: VIEW_TIMEOUT_US };
/** Long enough for every primary in turn, with waits that double. */
const PATIENCE_US = 300 * SECOND_US;

const available = [
  { protocol: pbft, members: 4, up: 0.9 },
  { protocol: pbft, members: 7, up: 0.9 },
  { protocol: pbft, members: 10, up: 0.9 },
  { protocol: tendermint, members: 4, up: 0.9 },
  { protocol: raft, members: 3, up: 0.9 },
  { protocol: raft, members: 5, up: 0.9 },
].map(({ protocol, members, up }) => {
  const quorum = protocol === raft ? majority(members) : byzantineQuorum(members);
  const id = `${protocol.name}-available-${members}`;
  const reference = availability(members, quorum, up);
  return defineLaw({
    id,
    group: GROUP,
    law: 'P(a decision is reached) = P(at least a quorum is up)',
    source: 'binomial tail',
    parameters: `n ${members}, each up with ${up}`,
    convention: protocol === raft ? 'majority' : 'quorum ⌈(n + f + 1)/2⌉',
    unit: '',
    experiment: defineExperiment({
      id,
      quick: { replications: 30, size: 25 },
      full: { replications: 60, size: 500 },
      run({ seed, size }) {
        const draws = createRandomSource(seed).sequential('chain/who-is-up');
        let decided = 0;
        for (let trial = 0; trial < size; trial++) {
          const down: number[] = [];
          for (let node = 0; node < members; node++) if (draws.uniform() >= up) down.push(node);
          const options = protocol === pbft ? FAULT_OPTIONS : BATCH;
          const panel = { protocol, members, seed: `${seed}/${trial}`, delayUs: DELAY_US, options };
          // Where fewer than a quorum are up, a minute without a decision is as good as an hour.
          const run = runFaulty({ ...panel, down }, 60 * SECOND_US);
          if (run.live.length > 0 && run.decided) decided++;
        }
        return decided / size;
      },
    }),
    kind: 'stochastic',
    reference,
    seCap: { quick: 0.02, full: 0.003 },
    measure: (share) => share,
  });
});

/** Greatest or smallest number of faulty validators for which something happens. */
function faultsUntil(members: number, happens: (faulty: readonly number[]) => boolean): number {
  const faulty: number[] = [];
  for (let node = 0; node < members; node++) {
    faulty.push(node);
    if (happens(faulty)) return faulty.length;
  }
  return members + 1;
}

const faults = [pbft, tendermint].flatMap((protocol) =>
  [4, 5, 7, 10].flatMap((members) => {
    const quorum = byzantineQuorum(members);
    const options = protocol === pbft ? FAULT_OPTIONS : BATCH;
    const experiment = defineExperiment({
      id: `${protocol.name}-faults-${members}`,
      quick: once(1),
      full: once(1),
      run({ seed }) {
        const panel = { protocol, members, seed, delayUs: DELAY_US, options };
        let conflicts = 0;
        const stalling = faultsUntil(members, (silent) => {
          const run = runFaulty({ ...panel, silent }, PATIENCE_US);
          conflicts += run.conflicts;
          return !run.decided;
        });
        const splitting = faultsUntil(
          members,
          (twoFaced) => runFaulty({ ...panel, twoFaced }, 20 * SECOND_US).conflicts > 0,
        );
        return { stalling, conflicts, splitting };
      },
    });
    const base = {
      group: GROUP,
      parameters: `n ${members}, f ${faultyMax(members)}`,
      unit: '',
      experiment,
      kind: 'exact',
    } as const;
    return [
      defineLaw({
        ...base,
        id: `${protocol.name}-stalls-${members}`,
        law: 'fewest silent validators that stop decisions = n − q + 1',
        source: 'a quorum of q must vote',
        convention: 'the first validators in order of turns',
        reference: members - quorum + 1,
        measure: (result) => result.stalling,
      }),
      defineLaw({
        ...base,
        id: `${protocol.name}-silent-conflicts-${members}`,
        law: 'conflicting decisions with any number of silent validators = 0',
        source: 'agreement',
        convention: '',
        reference: 0,
        measure: (result) => result.conflicts,
      }),
      defineLaw({
        ...base,
        id: `${protocol.name}-splits-${members}`,
        law: 'fewest equivocators that cause conflicting decisions = 2q − n',
        source: 'two quorums share 2q − n validators',
        convention: 'the others in two halves; at least f + 1',
        reference: equivocatorsNeeded(members, quorum),
        measure: (result) => result.splitting,
      }),
    ];
  }),
);

const recovery = [
  { members: 4, silent: [0] },
  { members: 7, silent: [0, 1] },
  { members: 10, silent: [0, 1, 2] },
].map(({ members, silent }) => {
  const passed = silent.length;
  const id = `pbft-recovery-after-${passed}`;
  return defineLaw({
    id,
    group: GROUP,
    law: 'commit after m silent primaries at T 2^(m − 1) + (m + 3) d',
    source: 'Castro and Liskov 1999, section 4.4: wait T, in later views T, 2T, 4T, ...',
    parameters: `n ${members}, m ${passed}`,
    convention: 'waits in new views begin with a quorum of view changes',
    unit: 's',
    experiment: defineExperiment({
      id,
      quick: once(1),
      full: once(1),
      run({ seed }) {
        const panel = { protocol: pbft, members, seed, delayUs: DELAY_US, options: FAULT_OPTIONS };
        const { firstUs, live } = runFaulty({ ...panel, silent }, PATIENCE_US);
        return Math.max(...live.map((node) => firstUs[node]!)) / SECOND_US;
      },
    }),
    kind: 'exact',
    reference: (VIEW_TIMEOUT_US * 2 ** (passed - 1) + (passed + 3) * DELAY_US) / SECOND_US,
    measure: (seconds) => seconds,
  });
});

const LEAST_US = 1.5 * SECOND_US;
const SPREAD_US = 1.5 * SECOND_US;
const BEAT_US = 0.5 * SECOND_US;
const reelection = [3, 5, 9].map((members) => {
  const id = `raft-reelection-${members}`;
  return defineLaw({
    id,
    group: GROUP,
    law: 'mean time to a new leader = a + b/n − h/2 + 2d after the old one goes',
    source:
      'least of n − 1 waits uniform on [a, a + b] since the last heartbeat; two delays of votes',
    parameters: `n ${members}, a 1.5 s, b 1.5 s, heartbeats every h = 0.5 s, d 1 ms`,
    convention: 'bias: two that stand within one delay may split the vote',
    unit: 's',
    experiment: defineExperiment({
      id,
      quick: { replications: 30, size: 20 },
      full: { replications: 60, size: 400 },
      run: (draw) => reelect(members, draw),
    }),
    kind: 'stochastic',
    reference: (LEAST_US + SPREAD_US / members - BEAT_US / 2 + 2 * DELAY_US) / SECOND_US,
    bias: ((members - 1) * DELAY_US) / SPREAD_US,
    seCap: { quick: 0.025, full: 0.005 },
    measure: (seconds) => seconds,
  });
});

/** Mean time from the crash of a leader to the first block of the next [s]. */
function reelect(members: number, { seed, size }: Draw): number {
  const draws = createRandomSource(seed).sequential('chain/crashes');
  let total = 0;
  for (let trial = 0; trial < size; trial++) {
    const panel = { protocol: raft, members, seed: `${seed}/${trial}`, delayUs: DELAY_US };
    const options = { batchTimeout: 10 * SECOND_US };
    const { chain } = runFaulty({ ...panel, options }, 15 * SECOND_US);
    const { tree, kernel, transport } = chain;
    const leader = tree.producer[chain.engine.head[0]!]!;
    chain.run(kernel.nowUs + Math.floor(draws.uniform() * 4 * BEAT_US));
    const crashUs = kernel.nowUs;
    transport.setUp(leader, false);
    const before = chain.instance.report!().leaders!;
    // To the nearest delay: finer steps would only cost time.
    while (chain.instance.report!().leaders === before) chain.run(kernel.nowUs + DELAY_US);
    total += kernel.nowUs - DELAY_US / 2 - crashUs;
  }
  return total / size / SECOND_US;
}

/** Laws of voting protocols with faults. */
export const bftFaultLaws: readonly Law[] = [...available, ...faults, ...recovery, ...reelection];
