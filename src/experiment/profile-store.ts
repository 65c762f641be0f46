/**
 * Imported series that the runs of a study share: each set is read once, by a worker, when the first run that
 * needs it begins, and handed on to all later ones without copying its numbers. A set that finds no room
 * is dropped and read again when it is wanted again.
 */
import type { ProfileSet } from '../physics/community.ts';
import { profileBytes, profileKey } from '../simulation/profiles.ts';
import type { ProfileRequest } from './worker.ts';

/** Bytes of numbers that stay for runs to come; the set used last always does. */
export const PROFILE_BYTES = 256e6;
/** Sets that stay, however small. */
const PROFILE_SETS = 64;

/** Sets of a study. */
export interface ProfileStore {
  /**
   * What the community of a run imports.
   *
   * @param load - Reads a set onto shared memory; called once for runs that import the same, also when they
   *   ask at the same time.
   * @returns Undefined where nothing is imported, and where it cannot be read: the run then reads by itself
   *   and says what is wrong.
   */
  of(
    request: ProfileRequest,
    load: (request: ProfileRequest) => Promise<ProfileSet | undefined>,
  ): Promise<ProfileSet | undefined>;
}

/** Opens a store. @param bytesMax - Bytes of numbers that stay. */
export function createProfileStore(bytesMax: number = PROFILE_BYTES): ProfileStore {
  /** Least recently used first. */
  const sets = new Map<string, Promise<ProfileSet | undefined>>();
  const sizes = new Map<string, number>();

  function makeRoom(): void {
    let bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const key of sets.keys()) {
      if (sets.size <= 1 || (bytes <= bytesMax && sets.size <= PROFILE_SETS)) return;
      bytes -= sizes.get(key) ?? 0;
      sets.delete(key);
      sizes.delete(key);
    }
  }

  return {
    async of({ scenario, window }, load) {
      const key = profileKey(scenario, window);
      if (key === undefined) return undefined;
      const known = sets.get(key);
      const set = known ?? load({ scenario, window }).catch(() => undefined);
      sets.delete(key);
      sets.set(key, set);
      if (known !== undefined) return set;
      const loaded = await set;
      // What was dropped while it was read is not counted.
      if (sets.get(key) === set) {
        sizes.set(key, loaded === undefined ? 0 : profileBytes(loaded));
        makeRoom();
      }
      return loaded;
    },
  };
}
