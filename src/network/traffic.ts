/** Counts of messages and bytes by type and node: every message is counted, queued or not. */

/** Message types of relays, clients and consensus. New types go to the end. */
export const MESSAGE_TYPES = [
  'transaction-inv',
  'transaction-getdata',
  'transaction',
  'block-inv',
  'block-getdata',
  'block',
  'submit',
  'header',
  'compact-block',
  'block-part-getdata',
  'block-part',
  'retransmission',
  'proposal',
  'prepare',
  'commit',
  'vote',
  'checkpoint',
  'view-change',
  'new-view',
  'append',
  'append-reply',
  'request-vote',
  'grant-vote',
  'endorsement',
  'reply',
] as const;
/** Name of a message type. */
export type MessageType = (typeof MESSAGE_TYPES)[number];
/** Dense code of a message type: its index in {@link MESSAGE_TYPES}. */
export const MESSAGE = Object.fromEntries(MESSAGE_TYPES.map((name, code) => [name, code])) as {
  readonly [K in MessageType]: number;
};

/** Counters of one network. */
export interface Traffic {
  readonly sentCount: Float64Array;
  readonly sentBytes: Float64Array;
  readonly receivedCount: Float64Array;
  readonly receivedBytes: Float64Array;
  /** Messages and bytes over all nodes by message type. */
  readonly typeCount: Float64Array;
  readonly typeBytes: Float64Array;
  /** Counts one message; -1 stands for an outsider (a light client). */
  count(type: number, from: number, to: number, bytes: number): void;
}

/** Makes zeroed counters for `nodeCount` nodes. */
export function createTraffic(nodeCount: number): Traffic {
  const traffic = {
    sentCount: new Float64Array(nodeCount),
    sentBytes: new Float64Array(nodeCount),
    receivedCount: new Float64Array(nodeCount),
    receivedBytes: new Float64Array(nodeCount),
    typeCount: new Float64Array(MESSAGE_TYPES.length),
    typeBytes: new Float64Array(MESSAGE_TYPES.length),
    count(type: number, from: number, to: number, bytes: number) {
      traffic.typeCount[type]!++;
      traffic.typeBytes[type]! += bytes;
      if (from >= 0) {
        traffic.sentCount[from]!++;
        traffic.sentBytes[from]! += bytes;
      }
      if (to >= 0) {
        traffic.receivedCount[to]!++;
        traffic.receivedBytes[to]! += bytes;
      }
    },
  };
  return traffic;
}
