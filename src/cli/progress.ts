/** Progress on standard error: a bar on a terminal, JSON lines elsewhere, nothing when quiet. */
import colors from 'picocolors';

/** Receives what happens in a study. */
export interface Progress {
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
  readonly stream: NodeJS.WriteStream;
  /** Milliseconds since some origin. */
  readonly now: () => number;
}

const BAR_WIDTH = 30;
const LINE_STEP = 0.1;

/** Opens a progress display for a number of runs. */
export function openProgress(options: ProgressOptions): Progress {
  if (options.quiet) return { update() {}, runEnded() {}, close() {} };
  return options.stream.isTTY === true ? openBar(options) : openLines(options);
}

function openBar({ runs, stream, now }: ProgressOptions): Progress {
  const start = now();
  let ended = 0;
  let failed = 0;
  let done = 0;
  let shown = '';
  const draw = () => {
    const full = Math.round(done * BAR_WIDTH);
    const bar = '█'.repeat(full) + colors.dim('░'.repeat(BAR_WIDTH - full));
    const seconds = Math.round((now() - start) / 1000);
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    const count = runs === 1 ? '' : `  ${ended}/${runs} runs`;
    const broken = failed === 0 ? '' : colors.red(`  ${failed} failed`);
    const percent = `${String(Math.floor(done * 100)).padStart(3)} %`;
    const line = `${bar} ${percent}${count}${broken}  ${clock}`;
    if (line !== shown) stream.write(`\r\x1b[2K${line}`);
    shown = line;
  };
  return {
    update(share) {
      done = share;
      draw();
    },
    runEnded(_, ok) {
      ended++;
      if (!ok) failed++;
      draw();
    },
    close: () => stream.write('\r\x1b[2K'),
  };
}

function openLines({ runs, stream, now }: ProgressOptions): Progress {
  const start = now();
  let ended = 0;
  let next = LINE_STEP;
  const line = (event: string, content: object) => {
    const elapsedS = Math.round((now() - start) / 100) / 10;
    stream.write(`${JSON.stringify({ event, ...content, elapsedS })}\n`);
  };
  line('start', { runs });
  return {
    update(done) {
      if (done < next || done >= 1) return;
      line('progress', { done: Math.floor(done * 100) / 100 });
      while (next <= done) next += LINE_STEP;
    },
    runEnded(run, ok) {
      ended++;
      line('run', { run, ok, ended, runs });
    },
    close: () => line('end', { ended, runs }),
  };
}
