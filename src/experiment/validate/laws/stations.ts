/**
 * Service stations on the kernel: what the clock, the queue and the streams must get right first.
 */
import { constant, empirical, exponential } from '../../../base/distribution.ts';
import {
  boundedBlocking,
  erlangB,
  generalServiceWait,
  multiServerWait,
  singleServer,
} from '../../../consensus/laws/index.ts';
import { type ByEffort, defineExperiment, defineLaw, type Experiment, type Law } from '../law.ts';
import { runStation, type Station, type StationPath } from '../station.ts';

/** Share of the customers that pass before the measured ones. */
const WARM_UP = 0.1;

type StationText = Omit<Station, 'customers' | 'warmUp'>;

function passing(id: string, station: StationText, customers: number): Experiment<StationPath> {
  return defineExperiment({
    id: `station-${id}`,
    quick: { replications: 30, size: customers },
    full: { replications: 60, size: 6 * customers },
    run: ({ seed, size }) =>
      runStation({ ...station, customers: size, warmUp: Math.ceil(WARM_UP * size) }, seed),
  });
}

/** One law of a station: what is read, its published value and how sharply it is measured. */
function law(
  experiment: Experiment<StationPath>,
  parameters: string,
  read: { readonly id: string; readonly law: string; readonly pick: keyof StationPath },
  reference: number,
  seCap: ByEffort,
): Law {
  return defineLaw({
    id: read.id,
    group: 'kernel',
    law: read.law,
    source: 'Kleinrock, Queueing Systems I, 1975: Erlang, Pollaczek and Khinchine',
    parameters,
    convention: read.pick === 'wait' ? 'in mean service times, before service' : '',
    unit: '',
    experiment,
    kind: 'stochastic',
    reference,
    seCap,
    measure: (path) => path[read.pick],
  });
}

const single = { lambda: 0.8, servers: 1 };
const { sojourn95 } = singleServer(0.8);
const mm1 = passing('mm1', { ...single, service: exponential(1), late: sojourn95 }, 12_000);
const md1 = passing('md1', { ...single, service: constant(1) }, 12_000);
const mg1 = passing('mg1', { ...single, service: empirical([0.5, 1.5]) }, 12_000);
const WAIT = 'mean wait ρ(1 + c²)/(2(1 − ρ))';

const several = [
  { servers: 2, rho: 0.8, customers: 12_000, seCap: { quick: 0.05, full: 0.015 } },
  { servers: 4, rho: 0.9, customers: 24_000, seCap: { quick: 0.09, full: 0.025 } },
].map(({ servers, rho, customers, seCap }) => {
  const lambda = servers * rho;
  const id = `mm${servers}`;
  return law(
    passing(id, { lambda, service: exponential(1), servers }, customers),
    `${servers} servers, ρ ${rho}`,
    { id: `kernel-${id}-wait`, law: 'mean wait C/(c(1 − ρ)), Erlang C', pick: 'wait' },
    multiServerWait(servers, lambda),
    seCap,
  );
});

const losing = (['exponential', 'constant'] as const).map((name) => {
  const service = name === 'constant' ? constant(1) : exponential(1);
  return law(
    passing(`loss-${name}`, { lambda: 2.8, service, servers: 4, capacity: 4 }, 8_000),
    `4 servers, offered 2.8, ${name} service`,
    { id: `kernel-erlang-b-${name}`, law: 'share turned away, Erlang B', pick: 'blocked' },
    erlangB(4, 2.8),
    { quick: 0.0016, full: 0.0005 },
  );
});

/** Laws of service stations. */
export const stationLaws: readonly Law[] = [
  law(
    mm1,
    'exponential service, ρ 0.8',
    { id: 'kernel-mm1-wait', law: WAIT, pick: 'wait' },
    generalServiceWait(0.8, 1),
    { quick: 0.12, full: 0.035 },
  ),
  law(
    md1,
    'constant service, ρ 0.8',
    { id: 'kernel-md1-wait', law: WAIT, pick: 'wait' },
    generalServiceWait(0.8, 0),
    { quick: 0.05, full: 0.014 },
  ),
  law(
    mg1,
    'service 0.5 or 1.5, ρ 0.8',
    { id: 'kernel-mg1-wait', law: WAIT, pick: 'wait' },
    generalServiceWait(0.8, 0.25),
    { quick: 0.07, full: 0.02 },
  ),
  law(
    mm1,
    'exponential service, ρ 0.8',
    {
      id: 'kernel-mm1-late',
      law: 'share of sojourns above ln 20/(1 − ρ) is 5 %',
      pick: 'lateShare',
    },
    0.05,
    { quick: 0.004, full: 0.0011 },
  ),
  ...several,
  law(
    passing('mm1k', { lambda: 0.9, service: exponential(1), servers: 1, capacity: 10 }, 12_000),
    'room for 10, ρ 0.9',
    { id: 'kernel-mm1k-blocked', law: 'share turned away (1 − ρ)ρᴷ/(1 − ρᴷ⁺¹)', pick: 'blocked' },
    boundedBlocking(0.9, 10),
    { quick: 0.0016, full: 0.0005 },
  ),
  ...losing,
  defineLaw({
    id: 'kernel-little',
    group: 'kernel',
    law: 'area under the count = sum of sojourns (Little)',
    source: 'J. D. C. Little, A Proof for the Queuing Formula L = λW, 1961',
    parameters: 'every path of M/M/1, ρ 0.8',
    convention: 'difference in µs, to the last one',
    unit: 'us',
    experiment: mm1,
    kind: 'exact',
    reference: 0,
    measure: ({ areaUs, sojournUs }) => areaUs - sojournUs,
  }),
];
