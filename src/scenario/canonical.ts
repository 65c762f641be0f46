/**
 * The scenario as one text that two equal scenarios share, whatever the order of their keys, their
 * units or their arms' overrides; its hash is part of a run's identity.
 */
import { createHash } from 'node:crypto';
import type { Scenario } from './sections.ts';

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/**
 * Canonical JSON of a resolved scenario: keys sorted by code unit, every default filled in, values
 * in base units. The folder is left out, since it names a place on one machine.
 */
export function canonicalScenario(scenario: Scenario): string {
  const { folder: _folder, ...content } = scenario;
  return JSON.stringify(sorted(content));
}

/** SHA-256 of {@link canonicalScenario}, 64 hex digits. */
export function scenarioHash(scenario: Scenario): string {
  return createHash('sha256').update(canonicalScenario(scenario)).digest('hex');
}
