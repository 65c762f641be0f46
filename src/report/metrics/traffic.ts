/** Messages and bytes by type, from counters of the optional table `consensus` (model page, 9.4). */
import { MESSAGE_TYPES } from '../../network/traffic.ts';
import { counterOf } from './consensus.ts';
import { camelCase, type Metric } from './metric.ts';

/** Metrics of traffic: two for each message type of the network. */
export const trafficMetrics: readonly Metric[] = MESSAGE_TYPES.flatMap((type): Metric[] => {
  const [messages, bytes] = [camelCase(`messages-${type}`), camelCase(`bytes-${type}`)];
  return [
    {
      id: messages,
      unit: '',
      definition: `Messages of type ${type} in the whole run, those of clients included`,
      direction: 'lower',
      compute: (run) => counterOf(run, `messages/${type}`),
    },
    {
      id: bytes,
      unit: 'B',
      definition: `Bytes of messages of type ${type} in the whole run, those of clients included`,
      direction: 'lower',
      compute: (run) => counterOf(run, `bytes/${type}`),
    },
  ];
});
