/**
 * Closed forms that the simulator is held to and that charts draw beside it; pure functions, each with
 * its source. Protocols do not use them, so that a law and what it checks never share a mistake.
 */
export * from './block-times.ts';
export * from './counting.ts';
export * from './delegates.ts';
export * from './double-spend.ts';
export * from './forks.ts';
export * from './queues.ts';
export * from './quorums.ts';
export * from './selfish-mining.ts';
