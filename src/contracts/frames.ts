/**
 * Calls between contracts. A contract that is at work cannot be entered again below itself, so that a
 * receiver of money that calls back finds the door closed (re-entrancy), and calls nest to a fixed depth
 * (model §5.6).
 */
import type { Call, Outcome } from './rules.ts';

/** Deepest nesting of calls. */
export const CALL_DEPTH_MAX = 64;

/**
 * Runs a contract's function as a call of its own: when it reverts, everything it wrote is undone and the
 * caller may go on.
 *
 * @param contract - Name of the contract that is entered.
 */
export function enter(call: Call, contract: string, run: (inner: Call) => Outcome): Outcome {
  const { stack } = call;
  if (stack.length >= CALL_DEPTH_MAX) return 'CALL_DEPTH';
  if (stack.includes(contract)) return 'REENTRANCY';
  const mark = call.mark();
  const eventCount = call.events.length;
  stack.push(contract);
  const outcome = run(call);
  stack.pop();
  if (outcome !== undefined) {
    call.rollback(mark);
    call.events.length = eventCount;
  }
  return outcome;
}
