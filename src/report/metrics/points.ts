/** Points and certificates at the end of the run (model page, 9.9). */
import { gini } from '../../market/indicators.ts';
import { type Metric, ratio, total } from './metric.ts';

/** Metrics of points and certificates. */
export const pointsMetrics: readonly Metric[] = [
  {
    id: 'pointsGrantedUpt',
    unit: 'upt',
    definition: 'Points granted on registration',
    direction: 'neutral',
    compute: (run) => total(run.numbers('accounts', 'granted_upt')),
  },
  {
    id: 'pointsRewardedUpt',
    unit: 'upt',
    definition: 'Points earned by producing blocks',
    direction: 'neutral',
    compute: (run) => total(run.numbers('accounts', 'rewarded_upt')),
  },
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
