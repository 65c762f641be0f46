/** Seats that the nodes of an adversary hold, epoch by epoch, as the trading centre's node sees them. */
import { PHASE } from '../../kernel/phase.ts';
import type { AdversaryContext } from './define.ts';

/** Whose branch is asked. */
const OBSERVER = 0;

/** Seats as an epoch begins. */
export interface EpochSeats {
  readonly epoch: number;
  readonly startUs: number;
  /** Of the watched nodes. */
  readonly held: number;
}

/** Seats of one run, by epoch. */
export interface SeatWatch {
  /** Epochs that have begun since the start of delivery, and the one before, ascending. */
  readonly epochs: readonly EpochSeats[];
  /** Seats there are; 0 where producers are not elected. */
  readonly seatCount: number;
}

/** Shares of the seats that matter: one third can stop finality, two thirds decide alone. */
export const SEAT_SHARES = [
  { name: 'a third', parts: 1 },
  { name: 'two thirds', parts: 2 },
] as const;

/** Fewest seats that are `parts` thirds of all. */
export const seatsOfThirds = (seatCount: number, parts: number): number =>
  Math.ceil((parts * seatCount) / 3);

/** Watches the seats of some nodes; before the protocol starts. */
export function watchSeats(context: AdversaryContext, nodes: readonly number[]): SeatWatch {
  const { net, ledger, openingUs } = context;
  const { kernel, engine, tree, instance } = net;
  const voteOut = ledger?.rules.voteOut;
  const { turns } = instance;
  if (voteOut === undefined || turns === undefined) return { epochs: [], seatCount: 0 };
  const { voteOutTurnUs: turnUs, voteOutEpochTurns: epochTurns } = voteOut;
  const seatCount = voteOut.voteOutProducers;
  const epochs: EpochSeats[] = [];

  /** Watched nodes among the owners of the turns of an epoch, on top of the last block before it. */
  function heldIn(first: number): number {
    let parent = engine.head[OBSERVER]!;
    while (parent > 0 && (tree.consensus(parent)[0] ?? 0) >= first) parent = tree.parent[parent]!;
    const owners = new Set<number>();
    for (let k = 0; k < epochTurns && owners.size < seatCount; k++) {
      const owner = turns!.ownerOf(parent, first + k);
      if (owner >= 0) owners.add(owner);
    }
    return nodes.filter((node) => owners.has(node)).length;
  }

  const startOf = (epoch: number) => Math.max(1, epoch * epochTurns) * turnUs;
  const count = kernel.event('agents/count-seats', PHASE.report, (epoch) => {
    const first = Math.max(1, epoch * epochTurns);
    epochs.push({ epoch, startUs: first * turnUs, held: heldIn(first) });
    count.at(startOf(epoch + 1), epoch + 1);
  });
  const opening = Math.floor(openingUs / (epochTurns * turnUs));
  count.at(startOf(Math.max(0, opening - 1)), Math.max(0, opening - 1));
  return { epochs, seatCount };
}

/** Equal neighbours of a row of numbers written once, with how often: `2x3 7x31`. */
export function runsOf(values: readonly number[]): string {
  const runs: { readonly value: number; count: number }[] = [];
  for (const value of values) {
    const last = runs[runs.length - 1];
    if (last?.value === value) last.count++;
    else runs.push({ value, count: 1 });
  }
  return runs.map(({ value, count }) => `${value}x${count}`).join(' ');
}
