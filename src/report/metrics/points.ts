/** Points and certificates at the end of the run (model page, 9.9). */
import { gini } from '../../market/indicators.ts';
import { type Metric, type RunView, ratio, total } from './metric.ts';

/** A metric that is one entry of the table of points. */
function entry(id: string, kind: string, name: string, definition: string): Metric {
  return entryOf('points', 'amount_upt', 'upt', id, kind, name, definition);
}

/** A metric that is one entry of the table of labels and certificates. */
function holding(id: string, kind: string, name: string, definition: string): Metric {
  return entryOf('certificates', 'count', '', id, kind, name, definition);
}

function entryOf(
  table: string,
  column: string,
  unit: string,
  id: string,
  kind: string,
  name: string,
  definition: string,
): Metric {
  return {
    id,
    unit,
    definition,
    direction: 'neutral',
    compute(run) {
      if (!run.hasTable(table)) return Number.NaN;
      const kinds = run.texts(table, 'kind');
      const amounts = run.numbers(table, column);
      const row = run.texts(table, 'entry').findIndex((e, k) => e === name && kinds[k] === kind);
      return row < 0 ? Number.NaN : amounts[row]!;
    },
  };
}

/** One row of the table of calls. */
interface CallRow {
  readonly type: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly rejected: number;
}

/** A metric that sums over the calls of contracts. */
function calls(id: string, definition: string, value: (row: CallRow) => number): Metric {
  return {
    id,
    unit: '',
    definition,
    direction: 'neutral',
    compute: (run) => callRows(run).reduce((sum, row) => sum + value(row), 0),
  };
}

function callRows(run: RunView): readonly CallRow[] {
  return run.once('calls', () => {
    const number = (column: string) => run.numbers('calls', column);
    const [succeeded, failed, rejected] = [
      number('succeeded'),
      number('failed'),
      number('rejected'),
    ];
    return run.texts('calls', 'type').map((type, row) => ({
      type,
      succeeded: succeeded[row]!,
      failed: failed[row]!,
      rejected: rejected[row]!,
    }));
  });
}

/** Metrics of points and certificates. */
export const pointsMetrics: readonly Metric[] = [
  entry('pointsGrantedUpt', 'source', 'grant', 'Points granted on registration and at genesis'),
  entry('pointsCleanUpt', 'source', 'clean', 'Points earned by clean energy'),
  entry('pointsComputeUpt', 'source', 'compute', 'Points earned by computing'),
  entry('pointsRewardedUpt', 'source', 'block', 'Points earned by producing blocks'),
  entry('pointsRedeemedUpt', 'sink', 'redeemed', 'Points redeemed against bills'),
  entry('pointsForfeitedUpt', 'sink', 'forfeited', 'Points burned otherwise than against bills'),
  holding('labelsMinted', 'label', 'minted', 'Labels minted, one a kWh of clean energy'),
  holding('labelsLost', 'label', 'lost', 'Labels of energy lost on lines'),
  holding('labelsBundled', 'label', 'bundled', 'Labels bundled into certificates'),
  holding('certificatesIssued', 'certificate', 'issued', 'Green certificates issued in the run'),
  holding('certificatesTraded', 'certificate', 'traded', 'Certificates sold for points'),
  holding('certificatesRetired', 'certificate', 'retired', 'Certificates retired'),
  holding('carbonCertificates', 'certificate', 'carbon', 'Carbon certificates issued'),
  calls(
    'callsRefused',
    'Calls of contracts that failed on the chain or were refused',
    (row) => row.failed + row.rejected,
  ),
  {
    id: 'pointsGini',
    unit: '',
    definition:
      'Gini coefficient of positive balance plus escrow over accounts, those of other communities left out',
    direction: 'lower',
    compute(run) {
      const escrow = run.numbers('accounts', 'escrow_upt');
      const balances = run.numbers('accounts', 'balance_upt');
      const roles = run.texts('accounts', 'role');
      const held = Array.from(balances, (x, account) => Math.max(0, x + escrow[account]!));
      return gini(held.filter((_, account) => roles[account] !== 'guest'));
    },
  },
  {
    id: 'lockedCertificates',
    unit: '',
    definition: 'Certificates locked as stake',
    direction: 'neutral',
    compute: (run) => total(run.numbers('accounts', 'certificates_locked')),
  },
  {
    id: 'lockedCertificateShare',
    unit: '',
    definition: 'Certificates locked as stake / certificates held',
    direction: 'neutral',
    compute: (run) =>
      ratio(
        total(run.numbers('accounts', 'certificates_locked')),
        total(run.numbers('accounts', 'certificates')),
      ),
  },
];
