import { choice, duration, fraction } from '../../base/options.ts';
import { PHASE } from '../../kernel/phase.ts';
import { defineAdversary } from './define.ts';
import { checkNodes, nodeOptions } from './nodes.ts';
import { chooseProducers } from './producers.ts';

/**
 * Producers that let their turns and votes pass, always, in pulses, or in spans drawn by lot; or that
 * make their blocks and keep them for a while. Reported are how long finality stood still at the
 * observer's node and the share of turns without a block on its chain; it succeeds when finality stands
 * still for longer than `stall`. Below N - t silent producers finality goes on, at 1 - s of the blocks.
 */
export default defineAdversary({
  apiVersion: 1,
  name: 'withholding',
  code: 'A07',
  summary: 'Producers let turns and votes pass, or keep their blocks back',
  source: 'model section 8.3, A07; validation B2, B3',
  options: () => ({
    ...nodeOptions(7),
    pattern: choice(['always', 'pulse', 'random'], 'always', 'When they withhold'),
    span: duration('1 min', { min: 1, doc: 'Length of a pulse, or of a span drawn by lot' }),
    share: fraction('50 %', { doc: 'Spans in which a node withholds, pattern random' }),
    hold: duration('0 s', { doc: 'Blocks are made and kept so long; 0 s makes none' }),
    from: duration('1 h', { doc: 'After the start of delivery' }),
    lasts: duration('1 h', { min: 1, doc: 'How long the attack lasts' }),
    stall: duration('5 min', { min: 1, doc: 'Finality standing still for longer is a success' }),
  }),
  check: checkNodes,
  create(context, options) {
    const { net, openingUs } = context;
    const { kernel, engine, tree } = net;
    const nodes = chooseProducers(context, options, 'withholding');
    const fromUs = openingUs + options.from;
    const untilUs = fromUs + options.lasts;
    const drawn = new Map(
      nodes.map((node) => {
        const draws = context.random(`chain/adversary-withholding/${node}`);
        return [node, { draws, spans: [] as boolean[] }] as const;
      }),
    );

    /** Each node draws its spans in order, so that who is asked when, and how often, changes nothing. */
    function isWithholding(node: number): boolean {
      if (kernel.nowUs < fromUs || kernel.nowUs >= untilUs) return false;
      const span = Math.floor((kernel.nowUs - fromUs) / options.span);
      if (options.pattern === 'always') return true;
      if (options.pattern === 'pulse') return span % 2 === 0;
      const { draws, spans } = drawn.get(node)!;
      while (spans.length <= span) spans.push(draws.uniform() < options.share);
      return spans[span]!;
    }

    let kept = 0;
    const release = kernel.event('network/release-block', PHASE.network, (node, block) => {
      if (net.transport.up[node] === 1) net.publish(node, block);
    });
    net.conduct.control(
      nodes,
      options.hold === 0
        ? { takesPart: (node) => !isWithholding(node) }
        : {
            announces(node, block) {
              if (!isWithholding(node)) return true;
              kept++;
              release.after(options.hold, node, block);
              return false;
            },
          },
    );
    let finalUs = fromUs;
    let stallUs = 0;
    const stopAt = (timeUs: number) => {
      if (timeUs <= fromUs) return;
      stallUs = Math.max(stallUs, Math.min(timeUs, untilUs) - finalUs);
      finalUs = Math.min(timeUs, untilUs);
    };
    engine.observe({
      onFinal(node) {
        if (node === OBSERVER) stopAt(kernel.nowUs);
      },
    });

    /** Share of the turns of the attack without a block on the observer's chain; NaN without turns. */
    function turnsLost(): number {
      const endUs = Math.min(untilUs, kernel.nowUs);
      let blocks = 0;
      let turnUs = 0;
      for (let at = engine.head[OBSERVER]!; at > 0; at = tree.parent[at]!) {
        const stampUs = tree.timestampUs[at]!;
        turnUs = stampUs / (tree.consensus(at)[0] ?? Number.NaN);
        if (stampUs < fromUs) break;
        if (stampUs < endUs) blocks++;
      }
      if (net.instance.turns === undefined || turnUs === 0) return Number.NaN;
      // Turn 0 has passed when a chain starts.
      const turns = Math.ceil(endUs / turnUs) - Math.max(1, Math.ceil(fromUs / turnUs));
      return turns <= 0 ? Number.NaN : 1 - blocks / turns;
    }

    return {
      nodes,
      finish() {
        const isTried = kernel.nowUs >= fromUs && nodes.length > 0;
        stopAt(kernel.nowUs);
        return [
          {
            detail: `finality stood still ${stallUs} us; turns lost ${turnsLost()}; blocks kept back ${kept}`,
            attempts: isTried ? 1 : 0,
            successes: isTried && stallUs > options.stall ? 1 : 0,
            costUpt: Number.NaN,
            profitUpt: Number.NaN,
            valueRevertedUpt: Number.NaN,
            startedUs: fromUs,
            endedUs: untilUs,
            recoveredUs: Number.NaN,
          },
        ];
      },
    };
  },
});

/** Whose view is reported: the trading centre's node. */
const OBSERVER = 0;
