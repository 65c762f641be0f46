/** Closed forms that the simulator is held to; pure functions, each with its source. */
export * from './block-times.ts';
export * from './counting.ts';
export * from './delegates.ts';
export * from './double-spend.ts';
export * from './forks.ts';
export * from './queues.ts';
export * from './quorums.ts';
export * from './selfish-mining.ts';
