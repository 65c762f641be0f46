/** The keys of a study file with one value each; what has parts of its own is read elsewhere. */
import type { InputIssue } from '../../base/errors.ts';
import {
  bytes,
  choice,
  duration,
  fraction,
  group,
  integer,
  list,
  type OptionSet,
  type OptionValues,
  optional,
  text,
} from '../../base/options.ts';
import { child, descend, describe, issueAt, type LocatedMap } from '../../scenario/located.ts';
import { resolveSet } from '../../scenario/resolve.ts';

/** Version of the format of study files. */
export const STUDY_VERSION = 1;

/** Keys with one value each, in the order of the docs. */
export const STUDY = {
  schemaVersion: integer(undefined, { doc: 'Version of the format of study files; 1' }),
  name: text(undefined, 'Kebab name; results go to results/<name>'),
  scenario: text(undefined, 'Base scenario, relative to the study file'),
  replications: integer(3, { min: 1, max: 100_000, doc: 'Runs of every arm at every point' }),
  metrics: optional(list(text(), undefined, { min: 1, doc: 'Metrics kept; all by default' })),
  keep: choice(['metrics', 'tables'], 'metrics', 'Whether the tables of each run are kept too'),
  maxRuns: integer(10_000, { min: 1, max: 10_000_000, doc: 'Most runs the study may have' }),
  limits: group(
    {
      time: optional(duration(undefined, { min: 1e6, doc: 'Wall-clock time of one run' })),
      memory: optional(bytes(undefined, { min: 64e6, doc: 'Memory of one run' })),
    },
    'What one run may take; a run beyond it is a row of failures.csv',
  ),
  until: optional(
    group(
      {
        halfWidth: fraction(undefined, {
          min: 0.001,
          doc: 'Half-width of the 95 % interval as a share of the mean',
        }),
        metrics: optional(list(text(), undefined, { min: 1, doc: 'By default those kept' })),
        replicationsMax: integer(64, { min: 1, max: 100_000, doc: 'Where it stops anyway' }),
      },
      'Adds replications until the intervals are that narrow',
    ),
  ),
} satisfies OptionSet;

/** Keys that have parts of their own. */
export const STUDY_PARTS: readonly string[] = ['arms', 'set', 'factors', 'design', 'constraints'];

/** Values of {@link STUDY}. */
export type StudyHead = OptionValues<typeof STUDY>;

/**
 * Reads the keys with one value each.
 *
 * @param issues - Receives unknown keys of the whole file, wrong values, another version.
 * @returns Values; those with an issue may be undefined whatever their type says.
 */
export function studyHead(root: LocatedMap, issues: InputIssue[]): StudyHead {
  const head = resolveSet(STUDY, root, issues, STUDY_PARTS) as StudyHead;
  const version = child(root, 'schemaVersion');
  if (head.schemaVersion !== undefined && head.schemaVersion !== STUDY_VERSION) {
    issues.push(issueAt(version!.place, String(STUDY_VERSION), describe(version)));
  }
  const name = child(root, 'name');
  if (head.name !== undefined && !/^[a-z][a-z0-9-]*$/.test(head.name)) {
    const expected = 'a name of a-z, 0-9 and - that begins with a letter';
    issues.push(issueAt(name!.place, expected, describe(name)));
  }
  const { until, replications } = head;
  if (until !== undefined && until.replicationsMax < replications) {
    const node = descend(root, ['until', 'replicationsMax']) ?? child(root, 'until')!;
    const expected = `at least the ${replications} replications of the study`;
    issues.push(issueAt(node.place, expected, String(until.replicationsMax)));
  }
  return head;
}
