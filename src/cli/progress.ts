/**
 * Progress on standard error: a line on a terminal, JSON lines elsewhere or where they are asked for, nothing
 * when quiet.
 */
import colors from 'picocolors';

/** Receives what happens in a study. */
export interface Progress {
  /** How many runs there are, and how many of them had ended before; may be told again when there are more. */
  plan(runs: number, ended: number): void;
  /** Share of all runs that is simulated, 0..1. */
  update(done: number): void;
  /** A run ended. */
  runEnded(run: string, ok: boolean): void;
  /** All runs ended, or the study was interrupted. */
  close(): void;
}

/** Where and how to show progress. */
export interface ProgressOptions {
  readonly runs: number;
  readonly quiet: boolean;
  /** JSON lines also on a terminal; default false. */
  readonly json?: boolean | undefined;
  readonly stream: NodeJS.WriteStream;
  /** Milliseconds since some origin. */
  readonly now: () => number;
}

const BAR_WIDTH = 20;
const LINE_STEP = 0.1;
/** Before so much is simulated nothing is said of the time that is left [share], [s]. */
const SAYING_SHARE = 0.001;
const SAYING_S = 1;

/** Opens a progress display for a number of runs. */
export function openProgress(options: ProgressOptions): Progress {
  if (options.quiet) return { plan() {}, update() {}, runEnded() {}, close() {} };
  const isLine = options.stream.isTTY === true && options.json !== true;
  return isLine ? openBar(options) : openLines(options);
}

/** How a study goes: counts, and times from the runs that this process has simulated. */
interface Pace {
  plan(runs: number, ended: number): void;
  update(share: number): void;
  runEnded(ok: boolean): void;
  state(): PaceState;
}

interface PaceState {
  readonly runs: number;
  readonly share: number;
  /** Runs that ended, those of an earlier process among them. */
  readonly ended: number;
  readonly failed: number;
  readonly elapsedS: number;
  /** Runs that this process ended in a second; undefined before the first. */
  readonly runsPerS: number | undefined;
  /** Undefined before enough is simulated. */
  readonly leftS: number | undefined;
}

function openPace({ now, ...options }: ProgressOptions): Pace {
  const startMs = now();
  let { runs } = options;
  /** Runs that had ended before; undefined until it is told. */
  let before: number | undefined;
  let [share, own, failed] = [0, 0, 0];
  return {
    plan(count, ended) {
      runs = count;
      before ??= ended;
      share = ended / count;
    },
    update(done) {
      share = done;
    },
    runEnded(ok) {
      own++;
      if (!ok) failed++;
    },
    state() {
      const elapsedS = (now() - startMs) / 1000;
      // In runs, since the share of one counts as far as it is simulated.
      const [simulated, left] = [share * runs - (before ?? 0), (1 - share) * runs];
      const isKnown = simulated >= SAYING_SHARE * runs && elapsedS >= SAYING_S;
      return {
        runs,
        share,
        ended: own + (before ?? 0),
        failed,
        elapsedS,
        runsPerS: own === 0 || elapsedS === 0 ? undefined : own / elapsedS,
        leftS: isKnown ? (elapsedS * left) / simulated : undefined,
      };
    },
  };
}

function openBar(options: ProgressOptions): Progress {
  const { stream } = options;
  const pace = openPace(options);
  let shown = '';
  const draw = () => {
    const { runs, share, ended, failed, elapsedS, runsPerS, leftS } = pace.state();
    const full = Math.round(share * BAR_WIDTH);
    const bar = '█'.repeat(full) + colors.dim('░'.repeat(BAR_WIDTH - full));
    const parts = [`${bar} ${String(Math.floor(share * 100)).padStart(3)} %`];
    if (runs > 1) parts.push(`${ended}/${runs} runs`);
    if (failed > 0) parts.push(colors.red(`${failed} failed`));
    if (runs > 1 && runsPerS !== undefined) parts.push(rateText(runsPerS));
    parts.push(clockText(elapsedS));
    if (leftS !== undefined && share < 1) parts.push(`${clockText(leftS)} left`);
    const line = parts.join('  ');
    if (line !== shown) stream.write(`\r\x1b[2K${line}`);
    shown = line;
  };
  return {
    plan(runs, ended) {
      pace.plan(runs, ended);
      draw();
    },
    update(share) {
      pace.update(share);
      draw();
    },
    runEnded(_, ok) {
      pace.runEnded(ok);
      draw();
    },
    close: () => stream.write('\r\x1b[2K'),
  };
}

/** A time span as a clock: 0:07, 12:05, 3:00:00. */
function clockText(seconds: number): string {
  const total = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const [minutes, rest] = [Math.floor(total / 60), two(total % 60)];
  if (minutes < 60) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${rest}`;
}

/** A rate in the unit in which it is at least 1, or by the hour. */
function rateText(perS: number): string {
  const [value, unit] =
    perS >= 1 ? [perS, 's'] : perS * 60 >= 1 ? [perS * 60, 'min'] : [perS * 3600, 'h'];
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} runs/${unit}`;
}

function openLines(options: ProgressOptions): Progress {
  const { stream } = options;
  const pace = openPace(options);
  let next = LINE_STEP;
  const tenths = (value: number | undefined) =>
    value === undefined ? null : Math.round(value * 10) / 10;
  const line = (event: string, content: object) => {
    const elapsedS = tenths(pace.state().elapsedS);
    stream.write(`${JSON.stringify({ event, ...content, elapsedS })}\n`);
  };
  const counts = () => {
    const { ended, failed, runs } = pace.state();
    return { ended, failed, runs };
  };
  line('start', { runs: options.runs });
  return {
    plan(runs, ended) {
      const known = counts();
      pace.plan(runs, ended);
      if (known.runs !== runs || known.ended !== ended) line('plan', counts());
    },
    update(done) {
      pace.update(done);
      if (done < next || done >= 1) return;
      const { runsPerS, leftS } = pace.state();
      const rate = runsPerS === undefined ? null : Number(runsPerS.toPrecision(3));
      const share = Math.floor(done * 100) / 100;
      line('progress', { done: share, ...counts(), runsPerS: rate, leftS: tenths(leftS) });
      while (next <= done) next += LINE_STEP;
    },
    runEnded(run, ok) {
      pace.runEnded(ok);
      line('run', { run, ok, ...counts() });
    },
    close: () => line('end', counts()),
  };
}
