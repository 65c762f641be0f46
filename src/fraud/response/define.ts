/** The extension point "response": what the operator does about an alarm. */
import type { OptionSet, OptionValues } from '../../base/options.ts';
import type { PluginHead } from '../../base/plugin.ts';

/** A sanction the operator sends to the chain. */
export interface Sanction {
  /** Home the sanction is about. */
  readonly home: number;
  /** Freeze new orders, order an inspection, or suspend membership. */
  readonly action: 'hold' | 'inspect' | 'suspend';
  /** Why, in one line. */
  readonly reason: string;
}

/** What a response is given when a run is wired. */
export interface ResponseContext {
  /** Number of homes. */
  readonly count: number;
  /** Submits a sanction as a transaction of the operator. */
  sanction(sanction: Sanction): void;
}

/** An alarm as a response sees it. */
export interface ResponseAlarm {
  readonly detector: string;
  /** Home index, or -1 for the feeder. */
  readonly entity: number;
  readonly slot: number;
  readonly timeUs: number;
  readonly score: number;
}

/** A response wired into one run. */
export interface ResponseInstance {
  onAlarm(alarm: ResponseAlarm): void;
}

/** A response policy. */
export interface Response<S extends OptionSet = OptionSet> extends PluginHead<S> {
  /** Wires the policy; deterministic in the alarms it sees. */
  create(context: ResponseContext, options: OptionValues<S>): ResponseInstance;
}

/** Declares a response; infers the type of its options and freezes it. */
export function defineResponse<const S extends OptionSet>(response: Response<S>): Response {
  return Object.freeze(response) as unknown as Response;
}
