/**
 * What every attack shares: who takes part and when. Actors are the homes with the smallest
 * addressed draw, so that one more home in the village changes at most one actor and the arms of a
 * comparison have the same ones.
 */
import { nearestWord, ScenarioError } from '../../base/errors.ts';
import { duration, integer, list, optional, text } from '../../base/options.ts';
import { DAY_US } from '../../base/units.ts';
import type { AttackContext, AttackHome } from './define.ts';

/** Options of every attack; `actors` is the default count. */
export const commonOptions = (actors: number, actorsMin = 1) => ({
  actors: integer(actors, { min: actorsMin, doc: 'Homes that take part' }),
  homes: optional(
    list(text(), undefined, { min: 1, doc: 'Their ids, instead of a random choice' }),
  ),
  from: optional(duration(undefined, { doc: 'Start; after one day unless the run is shorter' })),
  to: optional(duration(undefined, { doc: 'End; the end of the run by default' })),
});

/** Resolved common options. */
export interface CommonOptions {
  readonly actors: number;
  readonly homes: readonly string[] | undefined;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

function refuse(attack: string, key: string, expected: string, got: string, hint?: string): never {
  const path = `scenario.fraud.attacks.${attack}.${key}`;
  throw new ScenarioError([{ file: '', path, expected, got, hint }]);
}

/**
 * Chooses the actors and takes them, so that no home serves two attacks.
 *
 * @param attack - Name of the attack; also names its random stream.
 * @param eligible - Whether a home can carry the attack, in words as `needed`.
 * @returns Dense home indices in ascending order; `options.homes` as named, else `options.actors`
 *   homes.
 * @throws {ScenarioError} when a named home is unknown, taken or not eligible, or too few are left.
 */
export function chooseActors(
  context: AttackContext,
  attack: string,
  options: CommonOptions,
  eligible: (home: AttackHome) => boolean = () => true,
  needed = 'no other attack',
): number[] {
  const { homes, actorsTaken } = context;
  const isFree = (index: number) => !actorsTaken.has(index) && eligible(homes[index]!);
  const chosen: number[] = [];
  if (options.homes !== undefined) {
    const ids = homes.map((home) => home.id);
    for (const id of options.homes) {
      const index = ids.indexOf(id);
      if (index < 0) {
        const near = nearestWord(id, ids);
        const hint = near === undefined ? undefined : `did you mean ${near}?`;
        refuse(attack, 'homes', 'ids of homes', id, hint);
      }
      if (!isFree(index) || chosen.includes(index)) {
        refuse(attack, 'homes', `different homes with ${needed}`, id);
      }
      chosen.push(index);
    }
  } else {
    const stream = context.random.addressed(`fraud/${attack}/actors`);
    const draws = homes.map((_, index) => stream.uniform(index, 0, 0));
    const free = draws.map((_, index) => index).filter(isFree);
    if (free.length < options.actors) {
      refuse(
        attack,
        'actors',
        `at most the ${free.length} homes with ${needed}`,
        String(options.actors),
      );
    }
    free.sort((a, b) => draws[a]! - draws[b]! || a - b);
    chosen.push(...free.slice(0, options.actors));
  }
  for (const index of chosen) actorsTaken.add(index);
  return chosen.sort((a, b) => a - b);
}

/**
 * Slots of the attack: whole slots inside [from, to). Without `from` it starts after one day, or at
 * once when the run is no longer than that; without `to` it lasts to the end of the run.
 *
 * @throws {ScenarioError} when no slot is left.
 */
export function attackSlots(
  context: AttackContext,
  attack: string,
  options: CommonOptions,
): { readonly startSlot: number; readonly endSlot: number } {
  const { slotUs, slotCount } = context;
  const fromUs = options.from ?? (slotCount * slotUs > DAY_US ? DAY_US : 0);
  const toUs = options.to ?? slotCount * slotUs;
  const startSlot = Math.ceil(fromUs / slotUs);
  const endSlot = Math.min(slotCount, Math.floor(toUs / slotUs));
  if (startSlot >= endSlot) {
    const got = `slots ${startSlot} to ${endSlot} of ${slotCount}`;
    refuse(attack, 'to', 'at least one slot between from and to, inside the run', got);
  }
  return { startSlot, endSlot };
}
