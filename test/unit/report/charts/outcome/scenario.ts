/** The little of a resolved scenario that charts of outcomes read. */

/** Two slots of a quarter of an hour; wholesale at 0.25 pt/kWh unless told otherwise. */
export function scenarioWith(
  parts: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    horizon: { interval: 900e6 },
    grid: { tariff: { wholesale: 250_000 }, emission: 0.5, carbonPrice: 0.08 },
    network: { idlePower: 5 },
    ledger: { loadScale: 1, membership: 'public', prune: 0, verifyTime: 0, gasPerSecond: 1e6 },
    windows: [{ id: 'window-1', days: 1 }],
    ...parts,
  };
}
