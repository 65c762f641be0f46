import { duration, fraction } from '../../base/options.ts';
import { PHASE } from '../../kernel/phase.ts';
import { defineAdversary } from './define.ts';

/**
 * An attacker on the wire who keeps a share of the nodes from all others for a while. It holds no node
 * and forges nothing; it succeeds when two honest nodes come to hold different blocks final at one
 * height. Recovery is the time after the wire is whole until all honest nodes have one head again.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'partition',
  code: 'A09',
  summary: 'Keeps a share of the nodes apart from the others for a while',
  source: 'model section 8.3, A09',
  options: () => ({
    share: fraction('50 %', { min: 0.001, max: 0.999, doc: 'Nodes on the smaller side' }),
    from: duration('1 h', { doc: 'After the start of delivery' }),
    lasts: duration('10 min', { min: 1, doc: 'How long the sides stay apart' }),
  }),
  create(context, options) {
    const { net, nodeCount, openingUs } = context;
    const { kernel, transport, engine, conduct } = net;
    const fromUs = openingUs + options.from;
    const untilUs = fromUs + options.lasts;
    const order = Array.from({ length: nodeCount }, (_, node) => node);
    context.random('chain/adversary-partition').shuffle(order);
    const side = new Uint8Array(nodeCount);
    for (const node of order.slice(0, Math.floor(options.share * nodeCount))) side[node] = 1;
    let recoveredUs = Number.NaN;
    let isCut = false;
    let divergentBefore = 0;
    const cut = kernel.event('network/cut-partition', PHASE.network, () => {
      divergentBefore = engine.divergentFinals;
      isCut = true;
      transport.cut(CUT, (a, b) => side[a] !== side[b]);
    });
    const heal = kernel.event('network/heal-partition', PHASE.network, () => {
      isCut = false;
      transport.heal(CUT);
    });
    cut.at(fromUs);
    heal.at(untilUs);
    const honest = order.filter((node) => conduct.isHonest(node));
    engine.observe({
      onHead() {
        if (isCut || kernel.nowUs < untilUs || !Number.isNaN(recoveredUs)) return;
        const head = engine.head[honest[0]!]!;
        if (honest.every((node) => engine.head[node] === head)) recoveredUs = kernel.nowUs;
      },
    });
    return {
      nodes: [],
      finish() {
        const divergent = engine.divergentFinals - divergentBefore;
        return [
          {
            detail: `${divergent} heights with two final blocks`,
            attempts: kernel.nowUs < fromUs ? 0 : 1,
            successes: kernel.nowUs < fromUs || divergent === 0 ? 0 : 1,
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
const CUT = 1_000_001;
