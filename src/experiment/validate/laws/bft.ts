/** Voting protocols without faults: messages, steps of delay, exponential delays. */

import {
  DELAY_STEPS,
  pbftMessages,
  raftMessages,
  tendermintMessages,
} from '../../../consensus/laws/index.ts';
import pbft from '../../../consensus/protocols/pbft.ts';
import raft from '../../../consensus/protocols/raft.ts';
import tendermint from '../../../consensus/protocols/tendermint.ts';
import { byzantineQuorum, faultyMax } from '../../../consensus/quorum.ts';
import { SECOND_US } from '../chains.ts';
import { type Draw, defineExperiment, defineLaw, type Law } from '../law.ts';
import { type Decisions, decide, type Panel, RARE_HEARTBEATS } from '../voters.ts';
import { bftFaultLaws } from './bft-faults.ts';

const GROUP = 'voting';
const DELAY_US = 1000;
const CASTRO = 'Castro and Liskov 1999, section 4';
const once = (size: number) => ({ replications: 1, size });

/** Requests on a fixed delay, and the laws that hold for each of them to the letter. */
function exactly(
  name: string,
  members: number,
  panel: Partial<Panel> & Pick<Panel, 'protocol'>,
  rows: readonly {
    readonly id: string;
    readonly law: string;
    readonly reference: number;
    readonly unit: string;
    readonly source: string;
    readonly convention: string;
    readonly measure: (result: Decisions) => number;
  }[],
): Law[] {
  const experiment = defineExperiment({
    id: `${name}-${members}`,
    quick: once(members > 40 ? 2 : 5),
    full: once(20),
    run: ({ seed, size }) => decide({ ...panel, members, seed, delayUs: DELAY_US }, size),
  });
  return rows.map((row) =>
    defineLaw({
      ...row,
      id: `${name}-${row.id}-${members}`,
      group: GROUP,
      parameters: `n ${members}`,
      experiment,
      kind: 'exact',
    }),
  );
}

const last = ({ commits }: Decisions) => Math.max(...commits.map((times) => times.at(-1)!));
const WITHOUT_SELF = 'messages to oneself not counted';

const pbftExact = [4, 7, 10, 13, 16, 22, 31, 100].flatMap((members) => {
  const messages = pbftMessages(members);
  return exactly('pbft', members, { protocol: pbft, asked: [0] }, [
    {
      id: 'messages',
      law: 'messages a decision = 2n(n − 1)',
      reference: messages.total,
      unit: '',
      source: CASTRO,
      convention: WITHOUT_SELF,
      measure: ({ perDecision }) => perDecision('proposal', 'prepare', 'commit'),
    },
    {
      id: 'messages-with-client',
      law: 'with request and replies = 2n² − n + 1',
      reference: messages.withClient,
      unit: '',
      source: CASTRO,
      convention: `${WITHOUT_SELF}; request to the primary, a reply from everybody`,
      measure: ({ perDecision }) => perDecision('proposal', 'prepare', 'commit', 'submit', 'reply'),
    },
    {
      id: 'commit-steps',
      law: 'commit three delays after the primary has the request',
      reference: DELAY_STEPS.pbftCommit,
      unit: 'd',
      source: CASTRO,
      convention: 'last replica; batch timeout 0',
      measure: last,
    },
    {
      id: 'client-steps',
      law: 'the client has f + 1 replies after five delays',
      reference: DELAY_STEPS.pbftClient,
      unit: 'd',
      source: CASTRO,
      convention: 'request to the primary; no tentative execution',
      measure: ({ clients }) => Math.max(...clients),
    },
  ]);
});

const tendermintExact = [4, 7, 31].flatMap((members) =>
  exactly('tendermint', members, { protocol: tendermint }, [
    {
      id: 'messages',
      law: 'messages a decision = (n − 1) + 2n(n − 1)',
      reference: tendermintMessages(members),
      unit: '',
      source: 'Buchman, Kwon and Milosevic 2018, Algorithm 1 by broadcast',
      convention: WITHOUT_SELF,
      measure: ({ perDecision }) => perDecision('proposal', 'vote'),
    },
    {
      id: 'commit-steps',
      law: 'commit three delays after the proposer has the request',
      reference: DELAY_STEPS.tendermintCommit,
      unit: 'd',
      source: 'Buchman, Kwon and Milosevic 2018',
      convention: 'last validator; batch timeout 0',
      measure: last,
    },
  ]),
);

const raftExact = [3, 5, 7].flatMap((members) =>
  exactly('raft', members, { protocol: raft, options: RARE_HEARTBEATS, replies: 1 }, [
    {
      id: 'messages',
      law: 'messages an entry = 2(n − 1)',
      reference: raftMessages(members),
      unit: '',
      source: 'Ongaro and Ousterhout 2014, figure 2',
      convention: 'appends and answers; heartbeats and notices of commit apart',
      measure: ({ perDecision }) => perDecision('append', 'append-reply'),
    },
    {
      id: 'commit-steps',
      law: 'the leader commits after two delays',
      reference: DELAY_STEPS.raftCommit,
      unit: 'd',
      source: 'Ongaro and Ousterhout 2014',
      convention: 'batch timeout 0',
      measure: ({ commits }) => Math.max(...commits.map((times) => times[0]!)),
    },
    {
      id: 'client-steps',
      law: "the client has the leader's reply after four delays",
      reference: DELAY_STEPS.raftClient,
      unit: 'd',
      source: 'Ongaro and Ousterhout 2014',
      convention: 'request to the leader',
      measure: ({ clients }) => Math.max(...clients),
    },
  ]),
);

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Means of order statistics of exponential delays have no short closed form; these are from a Monte
 * Carlo of the order statistics alone, 1e6 to 6e6 samples, standard error 0.0004 to 0.0011.
 */
export const EXPONENTIAL_MEANS = [
  { members: 4, client: 4.2064, commit: 2.77394 },
  { members: 7, client: 4.5744, commit: 3.20158 },
  { members: 10, client: 4.7058, commit: 3.34675 },
  { members: 13, client: 4.771, commit: 3.41466 },
  { members: 16, client: 4.8085, commit: 3.45415 },
] as const;
const ORDER_STATISTICS = 'bias: four standard errors of the Monte Carlo of order statistics';

const exponential = EXPONENTIAL_MEANS.flatMap(({ members, client, commit }) => {
  const quorum = byzantineQuorum(members);
  const experiment = defineExperiment({
    id: `pbft-exponential-${members}`,
    quick: { replications: 30, size: 80 },
    full: { replications: 60, size: 1700 },
    run({ seed, size }: Draw) {
      const panel = { protocol: pbft, members, seed, delayUs: SECOND_US, asked: [0] };
      const options = { viewTimeout: 1e6 * SECOND_US };
      const { commits, clients } = decide({ ...panel, isExponential: true, options }, size);
      return { commit: mean(commits.map((times) => times[quorum - 1]!)), client: mean(clients) };
    },
  });
  const base = {
    group: GROUP,
    source: 'order statistics of independent exponential delays with mean 1',
    parameters: `n ${members}`,
    unit: 'd',
    experiment,
    kind: 'stochastic',
  } as const;
  return [
    defineLaw({
      ...base,
      id: `pbft-client-exponential-${members}`,
      law: 'mean client latency with exponential delays',
      convention: `f + 1 replies; own messages take no time; ${ORDER_STATISTICS}`,
      reference: client,
      bias: 0.0044,
      seCap: { quick: 0.045, full: 0.007 },
      measure: (result) => result.client,
    }),
    defineLaw({
      ...base,
      id: `pbft-commit-exponential-${members}`,
      law: 'mean time to a quorum of commits with exponential delays',
      convention: `from the primary's receipt; ${ORDER_STATISTICS}`,
      reference: commit,
      bias: 0.0016,
      seCap: { quick: 0.03, full: 0.0045 },
      measure: (result) => result.commit,
    }),
  ];
});

const overlap = defineLaw({
  id: 'quorums-overlap',
  group: GROUP,
  law: '2q − n ≥ f + 1 and n − f ≥ q for n = 1 … 40',
  source: 'Malkhi and Reiter 1998',
  parameters: 'q = ⌈(n + f + 1)/2⌉',
  convention: 'number of n for which one of them fails; q = 2f + 1 fails for 26 of 40',
  unit: '',
  experiment: defineExperiment({
    id: 'quorums-overlap',
    quick: once(40),
    full: once(40),
    run({ size }) {
      let failing = 0;
      for (let members = 1; members <= size; members++) {
        const [f, q] = [faultyMax(members), byzantineQuorum(members)];
        if (2 * q - members < f + 1 || members - f < q) failing++;
      }
      return failing;
    },
  }),
  kind: 'exact',
  reference: 0,
  measure: (failing) => failing,
});

/** Laws of voting protocols. */
export const bftLaws: readonly Law[] = [
  overlap,
  ...pbftExact,
  ...tendermintExact,
  ...raftExact,
  ...exponential,
  ...bftFaultLaws,
];
