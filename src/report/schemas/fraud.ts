/** Tables of frauds, faults and attacks, and of what was found of them. */
import { schema } from './schema.ts';

const ATTACKS = `
attack        | text    |     | Attack plug-in
code          | text    |     | Its code
home          | text    |     | Home that is labelled
day           | integer |     | Local day, counted from the start
intentional   | integer |     | 1 fraud, 0 honest fault
start_us      | integer | us  | Start of the label
end_us        | integer | us  | End of the label
magnitude_wh  | integer | Wh  | True minus reported energy, absolute
magnitude_upt | integer | upt | The same at settlement prices
`;

const ALARMS = `
detector  | text    |    | Detector plug-in
code      | text    |    | Its code
entity    | text    |    | Home or feeder the alarm names
day       | integer |    | Local day
slot      | integer |    | Delivery slot
time_us   | integer | us | When it was raised
score     | number  |    | Score of the detector
threshold | number  |    | Threshold the score passed
evidence  | text    |    | What the detector saw
`;

const DETECTION = `
detector | text   | | Detector plug-in
class    | text   | | intentional: fraud only; all: fraud and honest faults count as positives
metric   | text   | | Name of the figure
value    | number | | Figure; empty when undefined
`;

const CURVES = `
detector        | text    | | Detector plug-in
class           | text    | | As in detection
threshold       | number  | | Units that score at least this are found; empty when those without a score are, too
true_positives  | integer | | Positive units found
false_positives | integer | | Negative units found
positives       | integer | | Positive units
negatives       | integer | | Negative units
`;

const ADVERSARIES = `
adversary          | text    |     | Adversary plug-in
code               | text    |     | Its code
nodes              | text    |     | Full nodes it controls
attempts           | integer |     | Attempts
successes          | integer |     | Attempts that succeeded by the definition of the code
success_share      | number  |     | Successes / attempts; empty without attempts
wilson_low         | number  |     | Lower end of the 95 % Wilson interval of the share
wilson_high        | number  |     | Upper end
cost_upt           | integer | upt | Hash rental, bond, bribe or certificates it needed
profit_upt         | integer | upt | What it earned less its cost
value_reverted_upt | integer | upt | Value of accepted transactions it reverted
started_us         | integer | us  | Start of the attack
ended_us           | integer | us  | End of the attack; empty when it never ended
recovered_us       | integer | us  | When honest nodes were as before; empty when they never were
detail             | text    |     | What it did, in words
`;

const EXCLUSIONS = `
node            | text    |    | Full node accused or at fault
kind            | text    |    | Kind of offence
offence_us      | integer | us | First offence; empty where there was none
first_report_us | integer | us | First report of it; empty when never reported
excluded_us     | integer | us | When it was excluded; empty when it never was
bad_turns_after | integer |    | Its bad turns after the first offence
guilty          | integer |    | 1 when it did what it is accused of
verdict         | text    |    | What the vote decided
`;

/** Tables of frauds, faults and attacks, and of what was found of them, by name. */
export const FRAUD_TABLES = {
  attacks: schema('attacks', 'True labels of fraud and faults', '', ATTACKS, 'market'),
  alarms: schema('alarms', 'Alarms of detectors', '', ALARMS, 'market'),
  detection: schema(
    'detection',
    'Alarms scored against the labels',
    'detector class metric',
    DETECTION,
    'market',
  ),
  curves: schema(
    'curves',
    'Ranking of units by daily score: points of the ROC and precision-recall curves',
    'detector class true_positives false_positives',
    CURVES,
    'optional',
  ),
  adversaries: schema(
    'adversaries',
    'Attacks on the chain and their success',
    '',
    ADVERSARIES,
    'optional',
  ),
  exclusions: schema('exclusions', 'Accused nodes and their exclusion', '', EXCLUSIONS, 'optional'),
};
