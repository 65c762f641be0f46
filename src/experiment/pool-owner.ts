/** This process, as the lock of a study names it. */
import { hostname } from 'node:os';
import type { Owner } from '../report/workplace.ts';

/** How often a study that works tells so [ms]. */
const TOUCH_INTERVAL_MS = 30_000;

/** Calls now and then until it is told to stop. @returns What stops it. */
export function nowAndThen(tell: () => void): () => void {
  const timer = setInterval(tell, TOUCH_INTERVAL_MS);
  return () => clearInterval(timer);
}

/** The process that runs this. */
export function thisProcess(): Owner {
  return {
    pid: process.pid,
    host: hostname(),
    isAlive(pid) {
      try {
        process.kill(pid, 0);
        return true;
      } catch (error) {
        return (error as { code?: string }).code === 'EPERM';
      }
    },
    nowMs: () => Date.now(),
  };
}
