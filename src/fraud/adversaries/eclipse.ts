import { duration, integer, text } from '../../base/options.ts';
import { PHASE } from '../../kernel/phase.ts';
import { nodeOfId } from '../../network/node-id.ts';
import { defineAdversary } from './define.ts';
import { checkNodes, chooseNodes, nodeOptions } from './nodes.ts';

/**
 * All peers of one node are the attacker's: it hears of nothing else, and the attacker's producers build
 * for it alone, on its own head. The victim, often the gateway of meters, is deceived when it holds a
 * block final that the honest nodes' chain does not carry.
 * Source: Heilman, Kendler, Zohar and Goldberg, Eclipse attacks on Bitcoin's peer-to-peer network, 2015.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'eclipse',
  code: 'A10',
  summary: 'Surrounds one node and builds a private chain for it',
  source: 'Heilman et al. 2015; model section 8.3, A10',
  options: () => ({
    ...nodeOptions(3),
    victim: text('node-002', 'Node that is surrounded'),
    peersLeft: integer(0, { min: 0, max: 1000, doc: 'Honest peers the victim keeps' }),
    from: duration('1 h', { doc: 'After the start of delivery' }),
    lasts: duration('1 h', { min: 1, doc: 'How long the victim is surrounded' }),
  }),
  check(options, nodeCount) {
    const victim = nodeOfId(options.victim);
    const isKnown = victim >= 0 && victim < nodeCount;
    const issue = { key: 'victim', expected: 'a full node', got: options.victim };
    return [...checkNodes(options, nodeCount), ...(isKnown ? [] : [issue])];
  },
  create(context, options) {
    const { net, openingUs } = context;
    const { kernel, transport, engine, tree, conduct } = net;
    const victim = nodeOfId(options.victim);
    const nodes = chooseNodes(context, options, 'eclipse').filter((node) => node !== victim);
    const isMine = new Uint8Array(context.nodeCount);
    for (const node of nodes) isMine[node] = 1;
    const { start, target } = transport.links;
    const honestPeers = Array.from(target.subarray(start[victim], start[victim + 1])).filter(
      (peer) => isMine[peer] === 0,
    );
    const kept = new Set(honestPeers.slice(0, options.peersLeft));
    const fromUs = openingUs + options.from;
    const untilUs = fromUs + options.lasts;
    let isOn = false;
    let deceivedUs = Number.NaN;
    let deceived = 0;
    let recoveredUs = Number.NaN;
    conduct.control(nodes, {
      // What the others make would tell the victim of the chain it is kept from.
      relays: () => !isOn,
      parentFor: (_node, head) => (isOn ? engine.head[victim]! : head),
      announces(node, block) {
        if (!isOn) return true;
        net.publish(node, block, [victim]);
        return false;
      },
    });
    const begin = kernel.event('network/begin-eclipse', PHASE.network, () => {
      isOn = true;
      const isApart = (a: number, b: number) => a === victim && isMine[b] === 0 && !kept.has(b);
      transport.cut(CUT, (a, b) => isApart(a, b) || isApart(b, a));
    });
    const end = kernel.event('network/end-eclipse', PHASE.network, () => {
      isOn = false;
      transport.heal(CUT);
    });
    begin.at(fromUs);
    end.at(untilUs);
    const witness = engine.head.findIndex((_, node) => node !== victim && conduct.isHonest(node));
    engine.observe({
      onFinal(node, block) {
        if (node !== victim || !isOn || isMine[tree.producer[block]!] === 0) return;
        // On the witness's chain it would only be slow, not false.
        if (tree.isAncestor(block, engine.head[witness]!)) return;
        deceived++;
        if (Number.isNaN(deceivedUs)) deceivedUs = kernel.nowUs;
      },
      onHead(node, head) {
        if (node !== victim || isOn || kernel.nowUs < untilUs) return;
        if (Number.isNaN(recoveredUs) && tree.isAncestor(head, engine.head[witness]!)) {
          recoveredUs = kernel.nowUs;
        }
      },
    });
    return {
      nodes,
      finish() {
        const begun = kernel.nowUs >= fromUs;
        return [
          {
            detail: `${deceived} false final blocks, first at ${deceivedUs - openingUs} us`,
            attempts: begun ? 1 : 0,
            successes: deceived > 0 ? 1 : 0,
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

/** Identity of the cut. */
const CUT = 1_000_002;
