/** The examples of docs/extending.md pass the suites that every shipped plug-in passes. */
import { expect, test, vi } from 'vitest';
import { attacks } from '../../src/fraud/attacks/index.ts';
import { detectors } from '../../src/fraud/detectors/index.ts';
import { mechanisms } from '../../src/market/mechanisms/index.ts';

vi.mock('../../src/market/mechanisms/index.ts', async (original) => {
  const { mechanisms: shipped } = await original<{ mechanisms: typeof mechanisms }>();
  const { default: example } = await import('../../docs/examples/mid-market.ts');
  // The suite runs over `all`; look-up and its messages stay those of the shipped registry.
  return { mechanisms: { ...shipped, all: [...shipped.all, example] } };
});
vi.mock('../../src/fraud/attacks/index.ts', async (original) => {
  const { attacks: shipped } = await original<{ attacks: typeof attacks }>();
  const { createRegistry } = await import('../../src/base/plugin.ts');
  const { default: example } = await import('../../docs/examples/frozen-meter.ts');
  return { attacks: createRegistry(shipped.noun, [...shipped.all, example]) };
});
vi.mock('../../src/fraud/detectors/index.ts', async (original) => {
  const { detectors: shipped } = await original<{ detectors: typeof detectors }>();
  const { createRegistry } = await import('../../src/base/plugin.ts');
  const { default: example } = await import('../../docs/examples/zero-import.ts');
  return { detectors: createRegistry(shipped.noun, [...shipped.all, example]) };
});

// The suites run here as their own files do, over registries that hold the examples too.
await import('../contract/mechanisms.test.ts');
await import('../contract/attacks.test.ts');
await import('../contract/detectors.test.ts');

test('the examples stand in the registries that were tested', () => {
  expect(mechanisms.all.map(({ name }) => name)).toContain('mid-market');
  expect(attacks.names).toContain('frozen-meter');
  expect(detectors.names).toContain('zero-import');
});
