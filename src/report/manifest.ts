/**
 * `manifest.json`, written last: what was run, what came out, and the hash of every file. It holds no
 * time of day and no path of the machine, so that it too is the same byte for byte. Its own bytes are
 * covered by `sha256`, taken with 64 zeros in that field's place.
 */
import { createHash } from 'node:crypto';
import type { Scenario } from '../scenario/sections.ts';

/** File name of the manifest. */
export const MANIFEST = 'manifest.json';

const BLANK = '0'.repeat(64);
const FIELD = /"sha256": "([0-9a-f]{64})"\n}\n$/;

/** Where and with what a run was made; part of its identity. */
export interface Environment {
  /** Version of the program. */
  readonly version: string;
  /** Major version of Node: the last bit of transcendental functions depends on it. */
  readonly nodeMajor: number;
}

/** The resolved scenario as it goes into a manifest: without the folder, which is the machine's. */
export function portableScenario(scenario: Scenario): Omit<Scenario, 'folder'> {
  const { folder: _, ...rest } = scenario;
  return rest;
}

/** JSON text of a manifest, closed by the hash over all of it. */
export function manifestText(content: Readonly<Record<string, unknown>>): string {
  const blank = `${JSON.stringify({ ...content, sha256: BLANK }, null, 2)}\n`;
  return blank.replace(FIELD, `"sha256": "${hashOf(blank)}"\n}\n`);
}

/** Whether a manifest's text is what was written, byte for byte. */
export function isIntact(text: string): boolean {
  const stated = FIELD.exec(text)?.[1];
  return (
    stated !== undefined && stated === hashOf(text.replace(FIELD, `"sha256": "${BLANK}"\n}\n`))
  );
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
