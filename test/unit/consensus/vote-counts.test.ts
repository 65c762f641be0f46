/** Votes that are not queued against votes that are. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandomSource } from '../../../src/base/random.ts';
import { createVoteCounts } from '../../../src/consensus/vote-counts.ts';
import { createKernel, PHASE } from '../../../src/kernel/kernel.ts';
import { linksFromEdges } from '../../../src/network/topology.ts';
import { createTraffic } from '../../../src/network/traffic.ts';
import { createTransport } from '../../../src/network/transport.ts';

interface Vote {
  readonly timeUs: number;
  readonly from: number;
  readonly block: number;
  readonly round: number;
}
interface Change {
  readonly timeUs: number;
  readonly kind: 'down' | 'up' | 'cut' | 'heal';
  readonly node: number;
}
interface Script {
  readonly voters: number;
  readonly quorum: number;
  readonly latencies: readonly number[];
  readonly votes: readonly Vote[];
  readonly changes: readonly Change[];
}

type Cast = (from: number, block: number, round: number) => void;

/** Plays a script on a world whose votes are made by `wire`; what it tells is one line a quorum. */
function play(
  script: Script,
  wire: (world: {
    kernel: ReturnType<typeof createKernel>;
    transport: ReturnType<typeof createTransport>;
    note: (node: number, block: number, round: number) => void;
  }) => Cast,
): { quorums: string[]; sent: number; received: number[] } {
  const { voters, latencies } = script;
  const kernel = createKernel();
  let at = 0;
  const edges = [];
  for (let a = 0; a < voters; a++) {
    for (let b = a + 1; b < voters; b++) {
      const latencyUs = latencies[at++ % latencies.length]!;
      edges.push({ a, b, latencyUs, bandwidth: Number.POSITIVE_INFINITY });
    }
  }
  const traffic = createTraffic(voters);
  const transport = createTransport({
    kernel,
    links: linksFromEdges(edges, new Array<string>(voters).fill('here')),
    traffic,
    loss: 0,
    retransmitUs: 1,
    draws: createRandomSource(1).sequential('chain/loss'),
  });
  const quorums: string[] = [];
  const cast = wire({
    kernel,
    transport,
    note: (node, block, round) => quorums.push(`${kernel.nowUs} ${node} ${block}/${round}`),
  });
  const vote = kernel.event('test/vote', PHASE.consensus, (index) => {
    const { from, block, round } = script.votes[index]!;
    cast(from, block, round);
  });
  script.votes.forEach((each, index) => {
    vote.at(each.timeUs, index);
  });
  const change = kernel.event('test/change', PHASE.physics, (index) => {
    const { kind, node } = script.changes[index]!;
    if (kind === 'cut') transport.cut(node, (a, b) => (a + b + node) % 3 === 0);
    else if (kind === 'heal') transport.heal(node);
    else transport.setUp(node, kind === 'up');
  });
  script.changes.forEach((each, index) => {
    change.at(each.timeUs, index);
  });
  kernel.run();
  return {
    quorums: quorums.sort(),
    sent: traffic.sentCount.reduce((sum, count) => sum + count, 0),
    received: Array.from(traffic.receivedCount),
  };
}

/** Every vote is an event of its own. */
function queued(script: Script) {
  return play(script, ({ transport, note }) => {
    const { voters, quorum } = script;
    const all = Array.from({ length: voters }, (_, node) => node);
    const heard = new Map<string, Set<number>>();
    const hear = (node: number, from: number, block: number, round: number) => {
      const key = `${node} ${block}/${round}`;
      const voices = heard.get(key) ?? new Set<number>();
      heard.set(key, voices);
      if (voices.has(from)) return;
      voices.add(from);
      if (voices.size === quorum) note(node, block, round);
    };
    const channel = transport.channel('prepare', hear);
    return (from, block, round) => {
      channel.broadcast(from, all, 100, block, round);
      hear(from, from, block, round);
    };
  });
}

function counted(script: Script) {
  return play(script, ({ kernel, transport, note }) => {
    const { voters, quorum } = script;
    const all = Array.from({ length: voters }, (_, node) => node);
    const known = new Set<string>();
    const tell = (node: number, block: number, round: number) => {
      const key = `${node} ${block}/${round}`;
      if (!known.has(key)) note(node, block, round);
      known.add(key);
    };
    const options = { kernel, transport, voters, type: 'prepare' as const, bytes: 100, quorum };
    const counts = createVoteCounts({ ...options, onQuorum: tell });
    return (from, block, round) => {
      counts.cast(from, all, block, round);
      counts.own(from, block, round);
      if (counts.isQuorate(from, block, round)) tell(from, block, round);
    };
  });
}

const scripts = fc.integer({ min: 2, max: 9 }).chain((voters) =>
  fc.record({
    voters: fc.constant(voters),
    quorum: fc.integer({ min: 1, max: voters }),
    latencies: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 36 }),
    votes: fc.array(
      fc.record({
        timeUs: fc.integer({ min: 1, max: 1_000 }).map((time) => 2 * time),
        from: fc.nat(voters - 1),
        block: fc.integer({ min: 1, max: 2 }),
        round: fc.nat(1),
      }),
      { maxLength: 40 },
    ),
    changes: fc.array(
      fc.record({
        timeUs: fc.integer({ min: 1, max: 1_200 }).map((time) => 2 * time + 1),
        kind: fc.constantFrom('down' as const, 'up' as const, 'cut' as const, 'heal' as const),
        node: fc.nat(voters - 1),
      }),
      { maxLength: 12 },
    ),
  }),
);

describe('vote counts', () => {
  it('act at the instants of queued votes and count the same messages, whatever goes down', () => {
    fc.assert(
      fc.property(scripts, (script) => {
        expect(counted(script)).toEqual(queued(script));
      }),
      { seed: 20250103, numRuns: 1500 },
    );
  });

  it('forget what is over once nothing of it is under way', () => {
    const script: Script = {
      voters: 4,
      quorum: 3,
      latencies: [10],
      votes: [0, 1, 2, 3].flatMap((from) =>
        [1, 2, 3].map((block) => ({ timeUs: 100 * block, from, block, round: 0 })),
      ),
      changes: [],
    };
    const withForgetting = play(script, ({ kernel, transport, note }) => {
      const counts = createVoteCounts({
        kernel,
        transport,
        voters: 4,
        type: 'prepare',
        bytes: 100,
        quorum: 3,
        onQuorum(node, block, round) {
          note(node, block, round);
          counts.forget((old) => old < block);
        },
      });
      return (from, block, round) => {
        counts.cast(from, [0, 1, 2, 3], block, round);
        counts.own(from, block, round);
      };
    });
    expect(withForgetting).toEqual(queued(script));
  });
});
