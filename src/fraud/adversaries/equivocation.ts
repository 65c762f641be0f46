import { boolean, duration, fraction, integer } from '../../base/options.ts';
import { PHASE } from '../../kernel/phase.ts';
import type { AdversaryContext } from './define.ts';
import { defineAdversary } from './define.ts';
import { checkNodes, nodeOptions } from './nodes.ts';
import { chooseProducers, producersOf } from './producers.ts';

/**
 * Producers that tell the two halves of the honest nodes different things: in each of their turns a
 * block for either half on top of what it holds, with votes to match, and nothing of one half passed on
 * to the other. With `partition` the halves hear nothing of each other either, and with `moves` honest
 * nodes change sides meanwhile, so that they have stood behind both. It succeeds when honest nodes come
 * to hold two blocks final at one height. With quorum t of N producers no clean split does below 2t - N
 * equivocators; rules that count a producer on every fork it was on can break earlier.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'equivocation',
  code: 'A06',
  summary: 'Producers make conflicting blocks and votes for two halves of the network',
  source: 'model section 8.3, A06; E06; EOSIO issue 2718',
  options: () => ({
    ...nodeOptions(7),
    partition: boolean(true, 'Whether the honest halves hear nothing of each other'),
    moves: integer(0, { min: 0, max: 10_000, doc: 'Times that honest nodes change sides, evenly' }),
    moving: fraction('25 %', { doc: 'Honest nodes of each half that change sides each time' }),
    from: duration('1 h', { doc: 'After the start of delivery' }),
    lasts: duration('10 min', { min: 1, doc: 'How long they equivocate' }),
  }),
  check: checkNodes,
  create(context, options) {
    const { net, openingUs } = context;
    const { kernel, transport, engine, conduct } = net;
    const nodes = chooseProducers(context, options, 'equivocation');
    const fromUs = openingUs + options.from;
    const untilUs = fromUs + options.lasts;
    const halves = halvesOf(context, nodes);
    const moveDraws = context.random('chain/adversary-moves');
    let isActive = false;
    let divergentBefore = 0;
    let recoveredUs = Number.NaN;
    conduct.control(nodes, {
      splits: () => (isActive ? halves : undefined),
      relays: () => !isActive,
    });
    /** A cut that holds from now on; nodes of neither half hear both. */
    function cut(): void {
      if (!options.partition) return;
      const side = new Int8Array(context.nodeCount).fill(-1);
      halves.forEach((half, index) => {
        for (const node of half) side[node] = index;
      });
      transport.cut(CUT, (a, b) => side[a]! >= 0 && side[a]! + side[b]! === 1);
    }
    const move = kernel.event('network/change-sides', PHASE.network, () => {
      const count = Math.round(options.moving * Math.min(halves[0].length, halves[1].length));
      for (const half of halves) moveDraws.shuffle(half);
      const [first, second] = halves.map((half) => half.splice(0, count));
      halves[0].push(...second!);
      halves[1].push(...first!);
      cut();
    });
    const begin = kernel.event('network/begin-equivocation', PHASE.network, () => {
      isActive = true;
      divergentBefore = engine.divergentFinals;
      cut();
    });
    const end = kernel.event('network/end-equivocation', PHASE.network, () => {
      isActive = false;
      if (options.partition) transport.heal(CUT);
    });
    begin.at(fromUs);
    for (let k = 1; k <= options.moves; k++) {
      move.at(fromUs + Math.floor((k * options.lasts) / (options.moves + 1)));
    }
    end.at(untilUs);
    const honest = halves.flat();
    let conflicting = 0;
    const madeAt = new Map<string, number>();
    engine.observe({
      onMade(node, block) {
        if (!isActive || !nodes.includes(node)) return;
        const key = `${node}/${net.tree.timestampUs[block]!}`;
        const count = (madeAt.get(key) ?? 0) + 1;
        madeAt.set(key, count);
        if (count > 1) conflicting++;
      },
      onHead() {
        if (isActive || kernel.nowUs < untilUs || !Number.isNaN(recoveredUs)) return;
        const head = engine.head[honest[0]!]!;
        if (honest.every((node) => engine.head[node] === head)) recoveredUs = kernel.nowUs;
      },
    });
    return {
      nodes,
      finish() {
        const isTried = kernel.nowUs >= fromUs && nodes.length > 0;
        const divergent = isTried ? engine.divergentFinals - divergentBefore : 0;
        return [
          {
            detail: `${conflicting} conflicting blocks; ${divergent} heights with two final blocks`,
            attempts: isTried ? 1 : 0,
            successes: divergent > 0 ? 1 : 0,
            costUpt: Number.NaN,
            profitUpt: Number.NaN,
            valueRevertedUpt: Number.NaN,
            startedUs: fromUs,
            endedUs: untilUs,
            recoveredUs,
          },
        ];
      },
    };
  },
});

/** Identity of the cut; scenario partitions count from 0, so attacks take numbers far above. */
const CUT = 1_000_006;

/** The honest nodes in two halves, each with half of the honest producers. */
function halvesOf(context: AdversaryContext, held: readonly number[]): [number[], number[]] {
  const producers = producersOf(context);
  const draws = context.random('chain/adversary-halves');
  const halves: [number[], number[]] = [[], []];
  let next = 0;
  for (const isProducer of [true, false]) {
    const group = Array.from({ length: context.nodeCount }, (_, node) => node).filter(
      (node) => !held.includes(node) && producers.includes(node) === isProducer,
    );
    draws.shuffle(group);
    for (const node of group) halves[next++ % 2]!.push(node);
  }
  return halves;
}
