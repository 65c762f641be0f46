/**
 * Every result table in one place: its columns in file order, with type, unit and meaning. The CSV
 * header, the check of what the simulation hands over and `datapackage.json` all come from here.
 * Changing a column raises `RESULTS_VERSION`.
 */
import { type Column, parseColumns } from './column.ts';

/** One table of a run folder. */
export interface TableSchema {
  readonly name: string;
  /** One line for `datapackage.json`. */
  readonly title: string;
  /** Columns that identify a row, by which rows are sorted; empty when no set does. */
  readonly key: readonly string[];
  readonly columns: readonly Column[];
  /**
   * `market` tables are all missing in a run of the chain alone, `optional` ones where the run has none,
   * `derived` ones are computed from the others.
   */
  readonly presence: 'always' | 'market' | 'optional' | 'derived';
}

function schema(
  name: string,
  title: string,
  key: string,
  columns: string,
  presence: TableSchema['presence'] = 'always',
): TableSchema {
  return Object.freeze({
    name,
    title,
    presence,
    key: Object.freeze(key === '' ? [] : key.split(' ')),
    columns: parseColumns(columns),
  });
}

const SLOTS = `
slot                  | integer |         | Delivery slot, counted from the start of the window
start_us              | integer | us      | Start of delivery
load_wh               | integer | Wh      | True consumption of all homes
pv_wh                 | integer | Wh      | True generation of all homes
charge_wh             | integer | Wh      | True energy into batteries, at the home's bus
discharge_wh          | integer | Wh      | True energy out of batteries, at the home's bus
import_wh             | integer | Wh      | True import summed over importing homes
export_wh             | integer | Wh      | True export summed over exporting homes
stored_wh             | integer | Wh      | True energy in batteries at the slot's end
feeder_head_wh        | integer | Wh      | Net energy into the feeder at its head; negative is export
feeder_loss_wh        | integer | Wh      | Loss of lines and transformer by the power flow
published_loss_wh     | integer | Wh      | Loss the network operator published for settlement
voltage_min_pu        | number  | pu      | Lowest bus voltage of the slot
orders_sent           | integer |         | Orders that agents sent for the slot
orders_accepted       | integer |         | Orders in the trading centre's state at gate closure
orders_late           | integer |         | Orders not included by gate closure
orders_rejected       | integer |         | Orders refused by a node or by the market's rules
bid_wh                | integer | Wh      | Accepted demand of the pool
offer_wh              | integer | Wh      | Accepted supply of the pool
cleared_wh            | integer | Wh      | Energy matched in the pool
bilateral_wh          | integer | Wh      | Energy matched between named counterparties
price_upt_per_kwh     | integer | upt/kWh | Clearing price of the pool; empty when nothing cleared
void_wh               | integer | Wh      | Contracted energy whose clearing was not final in time
contracted_wh         | integer | Wh      | Energy of all trades, void ones too
delivered_wh          | integer | Wh      | Metered export attributed to trades that stood
received_wh           | integer | Wh      | Delivered energy less allocated loss
fulfilled_wh          | integer | Wh      | Received energy that the buyers' import took up
retail_upt_per_kwh    | integer | upt/kWh | Price of import without a trade
feed_in_upt_per_kwh   | integer | upt/kWh | Price paid for export without a trade
wheeling_upt_per_kwh  | integer | upt/kWh | Network charge of a local trade
welfare_max_upt       | integer | upt     | Largest surplus any clearing of all orders sent could reach
welfare_in_time_upt   | integer | upt     | Largest surplus any clearing of the orders in time could reach
contracted_surplus_upt | integer | upt    | Buyers' value less sellers' cost of what was contracted
surplus_upt           | integer | upt     | Buyers' value less sellers' cost of what was settled
settlement_state      | text    |         | State of the slot's settlement
settle_final_us       | integer | us      | When the settlement was final; empty when it never was
`;

const TRADES = `
slot                    | integer |         | Delivery slot
trade                   | integer |         | Index of the trade within the slot
buyer                   | text    |         | Home that buys
seller                  | text    |         | Home that sells
bilateral               | integer |         | 1 between named counterparties, 0 from the pool
price_upt_per_kwh       | integer | upt/kWh | Price of the trade
contracted_wh           | integer | Wh      | Energy agreed
delivered_wh            | integer | Wh      | Seller's metered export attributed to the trade
allocated_loss_wh       | integer | Wh      | Network loss borne by the trade
received_wh             | integer | Wh      | Delivered less allocated loss
fulfilled_wh            | integer | Wh      | Received energy that the buyer's import took up
payment_upt             | integer | upt     | Paid by the buyer to the seller
wheeling_upt            | integer | upt     | Network charge paid by the buyer
buyer_value_upt_per_kwh | integer | upt/kWh | Buyer's reservation price
seller_cost_upt_per_kwh | integer | upt/kWh | Seller's reservation price
state                   | text    |         | PROVISIONAL, CLOSED, RESETTLED or VOID (not final in time)
`;

const SETTLEMENTS = `
slot              | integer |     | Delivery slot
home              | text    |     | Home
import_wh         | integer | Wh  | Reported import
export_wh         | integer | Wh  | Reported export
bought_wh         | integer | Wh  | Import covered by trades
sold_wh           | integer | Wh  | Export covered by trades
grid_import_wh    | integer | Wh  | Import at the retail price
grid_export_wh    | integer | Wh  | Export at the feed-in price
trade_payment_upt | integer | upt | Paid for trades; negative is received
wheeling_upt      | integer | upt | Network charges paid
grid_payment_upt  | integer | upt | Paid to the grid; negative is received
penalty_upt       | integer | upt | Fees on deviation from contract
total_upt         | integer | upt | Sum of the four; negative is received
twin_total_upt    | integer | upt | The same metered flows at grid prices only
state             | text    |     | PROVISIONAL, CLOSED or RESETTLED
version           | integer |     | How often the slot of this home was settled
`;

const METERS = `
slot          | integer |    | Slot whose end the read belongs to
home          | text    |    | Home
import_wh     | integer | Wh | Reported import since the read before
export_wh     | integer | Wh | Reported export since the read before
generation_wh | integer | Wh | Reported generation since the read before
quality       | text    |    | A actual, E estimated
read_us       | integer | us | When the read arrived at the head-end; empty when it never did
`;

const BLOCKS = `
block        | integer |     | Dense index in order of production; 0 is genesis
height       | integer |     | Distance from genesis
hash         | text    |     | SHA-256 of the header
parent_hash  | text    |     | Hash of the block before
producer     | text    |     | Node that produced it; empty for genesis
timestamp_us | integer | us  | Time stated in the header
produced_us  | integer | us  | When the producer made it
reach90_us   | integer | us  | When 90 % of honest full nodes had it
final_us     | integer | us  | When it was final at the observer's node
final90_us   | integer | us  | When it was final at 90 % of honest full nodes
canonical    | integer |     | 1 on the observer's chain at the end, 0 stale
drain        | integer |     | 1 when produced after the last delivery slot
tx_count     | integer |     | Transactions carried
bytes        | integer | B   | Size
gas_used     | integer | gas | Gas of its transactions
reward_upt   | integer | upt | Reward credited for it
body_bytes   | integer | B   | Bytes of its transactions, which pruning drops
state_cells  | integer |     | Integers of the state after it that are not 0
`;

const TRANSACTIONS = `
tx            | integer |     | Dense index in order of submission
hash          | text    |     | SHA-256 of the unsigned transaction
type          | text    |     | Kind of transaction
sender        | text    |     | Account
nonce         | integer |     | Sender's sequence number
slot          | integer |     | Delivery slot it belongs to; empty when none
size_bytes    | integer | B   | Encoded size with signature
gas_used      | integer | gas | Gas charged
fee_upt       | integer | upt | Fee paid
submitted_us  | integer | us  | When the client sent it
received_us   | integer | us  | When the client's node had it
included_us   | integer | us  | First inclusion in a block that stayed canonical
final_us      | integer | us  | When it was final at the submitting client's node
expiry_us     | integer | us  | Last time of inclusion; empty when none
height        | integer |     | Height of the block that carries it
receipt       | text    |     | ok or failed; empty when it was not included
fate          | text    |     | final, rejected or pending
reject_reason | text    |     | Why it was rejected
`;

const NODES = `
node              | text    |    | Full node
region            | text    |    | Region of the network
peers             | integer |    | Number of links
power_w           | number  | W  | Power it draws
hash_share        | number  |    | Share of hashing power
stake_share       | number  |    | Share of stake
blocks_produced   | integer |    | Blocks it made
blocks_canonical  | integer |    | Blocks of it on the observer's chain
turns_missed      | integer |    | Turns to produce that passed without its block
messages_sent     | integer |    | Messages sent
bytes_sent        | integer | B  | Bytes sent
messages_received | integer |    | Messages received
bytes_received    | integer | B  | Bytes received
reorgs            | integer |    | How often it left blocks it had adopted
reorg_depth_max   | integer |    | Most blocks left at once
energy_wh         | number  | Wh | Electricity over the whole run
`;

const ACCOUNTS = `
account             | text    |     | Account
role                | text    |     | Role on the platform
balance_upt         | integer | upt | Points at the end
escrow_upt          | integer | upt | Points locked at the end
granted_upt         | integer | upt | Points granted on registration
clean_upt           | integer | upt | Points earned by clean energy
compute_upt         | integer | upt | Points earned by computing
rewarded_upt        | integer | upt | Points earned by producing blocks
nonce               | integer |     | Transactions executed
certificates        | integer |     | Green certificates held
certificates_locked | integer |     | Certificates locked as stake
`;

const POINTS = `
kind       | text    |     | source, sink or held
entry      | text    |     | What it is
amount_upt | integer | upt | Points; sources less sinks is what is held
`;

const PARALLELISM = `
height                 | integer |  | Height of a block with payments
payments               | integer |  | Payments in it
longest_path           | integer |  | Payments that must run one after the other
width                  | number  |  | Payments / longest path
longest_path_commuting | integer |  | The same where credits of one balance commute
width_commuting        | number  |  | Payments / that path
speed_up_8             | number  |  | Speed-up of list scheduling on eight workers, credits commuting
`;

const PRIVACY = `
observer         | text    |     | Rules by which addresses are clustered
addresses        | integer |     | Addresses on the ledger
clusters         | integer |     | Clusters that the observer sees
precision        | number  |     | Pairs of addresses in one cluster that have one owner
recall           | number  |     | Pairs of one owner that are in one cluster
adjusted_rand    | number  |     | Rand index corrected for chance
entropy_bits     | number  | bit | Mean entropy of who may have sent a payment
effective_size   | number  |     | Mean number of equally likely senders
identified_share | number  |     | Payments whose sender is told right
linked_share     | number  |     | Addresses that are linked with their owner's next new one
`;

const HOLDINGS = `
account  | text    |     | Member
held_upt | integer | upt | Points in its balance or on its coins at the end
`;

const UPKEEP = `
measure | text   |  | What is kept
value   | number |  | How much
`;

const CERTIFICATES = `
kind  | text    |  | label or certificate
entry | text    |  | What became of it
count | integer |  | How many
`;

const CALLS = `
type      | text    |  | Transaction type
contract  | text    |  | Contract that it reaches
sent      | integer |  | Transactions of the type
succeeded | integer |  | On the chain, and done
failed    | integer |  | On the chain, and reverted
rejected  | integer |  | Never on the chain
reasons   | text    |  | Why they failed or were rejected, most frequent first
`;

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

const INVARIANTS = `
invariant  | text    | | Rule that must hold
checks     | integer | | How often it was checked
violations | integer | | How often it failed; a run with one is aborted
`;

const CONSENSUS = `
counter | text    | | What was counted; messages/ and bytes/ by message type
value   | integer | | Count over the whole run
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

const CLAIMS = `
claim       | integer |     | Number of the claim, its place in the queue
home        | text    |     | Home that claims
plant       | integer |     | Plant that it claims for
period      | integer |     | Period that it is about
energy_wh   | integer | Wh  | Energy of its labels
amount_upt  | integer | upt | What it is worth, in money at par
audited     | integer |     | 1 where the authority compared it with its records
claimed_us  | integer | us  | Time of the claim
approved_us | integer | us  | Approval; empty without
paid_us     | integer | us  | Last payment; empty without
paid_upt    | integer | upt | Paid so far, in money at par
offset_upt  | integer | upt | Set off against what the owner owed
state       | text    |     | pending, approved, paid, refused or clawedBack
`;

const BILLS = `
home         | text    |     | Home that is billed
posted_us    | integer | us  | When the grid operator posted it
bill         | integer |     | Number of the bill at its home
due_us       | integer | us  | Last instant at which points count against it
amount_upt   | integer | upt | What is owed for energy of the grid, in money at par
credited_upt | integer | upt | What points have covered of it, in money at par
state        | text    |     | sent, open, paid (the rest in money) or lost (never on the chain)
`;

const LIABILITY = `
time_us         | integer | us  | Time of the report
outstanding_upt | integer | upt | Points issued and not burned
liability_upt   | integer | upt | Worth against bills of those the grid operator does not hold itself
open_bills_upt  | integer | upt | Open on bills that points may be redeemed against
redeemed_upt    | integer | upt | Points redeemed so far
coverage        | number  |     | Open bills / liability; empty without a liability
`;

const EXCHANGE = `
seller     | text    |     | Home or full node that sells points
offer      | integer |     | Number of the offer at its seller
buyer      | text    |     | Home that took it; empty while nobody has
amount_upt | integer | upt | Points offered
ask_per_pt | number  |     | Money asked a point
sent_us    | integer | us  | When it was sent
taken_us   | integer | us  | When its taking was final; empty while nobody has
paid_us    | integer | us  | When the money came; empty when it did not
ended_us   | integer | us  | When its end was final; empty while it is not over
state      | text    |     | open, taken, released, refunded or cancelled; empty when never on the chain
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

const DECENTRALISATION = `
window   | text    |    | run, day (24 h from the first slot) or blocks (100 canonical blocks)
start_us | integer | us | Start of the window
basis    | text    |    | producer (canonical blocks of eligible producers), stake or hash
measure  | text    |    | Name of the measure; turnover is the share of producers new since the window before
value    | number  |    | Value; empty when undefined
`;

/** Tables of a run folder in file order. */
export const RUN_TABLES: readonly TableSchema[] = Object.freeze([
  schema('slots', 'Physics, market and settlement of each delivery slot', 'slot', SLOTS, 'market'),
  schema('trades', 'Every trade with what became of it', 'slot trade', TRADES, 'market'),
  schema('settlements', 'Bill of each home and slot', 'slot home version', SETTLEMENTS, 'market'),
  schema('meters', 'Reported readings', 'slot home', METERS, 'market'),
  schema('blocks', 'Every block, stale ones too', 'block', BLOCKS),
  schema('transactions', 'Every transaction from sending to its fate', 'tx', TRANSACTIONS),
  schema('nodes', 'Full nodes with their traffic and energy', 'node', NODES),
  schema('accounts', 'Accounts at the end', 'account', ACCOUNTS),
  schema('points', 'Where points came from, went to and are', 'kind entry', POINTS),
  schema(
    'certificates',
    'Labels and certificates at the end',
    'kind entry',
    CERTIFICATES,
    'optional',
  ),
  schema('parallelism', 'Parallel width of blocks', 'height', PARALLELISM, 'optional'),
  schema('privacy', 'What clustering tells of senders', 'observer', PRIVACY, 'optional'),
  schema('holdings', 'Points of members under the ledger model', 'account', HOLDINGS, 'optional'),
  schema('upkeep', 'What a ledger costs to keep', 'measure', UPKEEP, 'optional'),
  schema('calls', 'Calls of contracts and what became of them', 'type', CALLS),
  schema('claims', 'Claims of the subsidy and their payment', 'claim', CLAIMS, 'optional'),
  schema('bills', 'Electricity bills and what points covered', 'home posted_us', BILLS, 'optional'),
  schema('liability', 'What points oblige the grid to', 'time_us', LIABILITY, 'optional'),
  schema('exchange', 'Offers of points for money', 'seller offer', EXCHANGE, 'optional'),
  schema('attacks', 'True labels of fraud and faults', '', ATTACKS, 'market'),
  schema('alarms', 'Alarms of detectors', '', ALARMS, 'market'),
  schema(
    'detection',
    'Alarms scored against the labels',
    'detector class metric',
    DETECTION,
    'market',
  ),
  schema(
    'curves',
    'Ranking of units by daily score: points of the ROC and precision-recall curves',
    'detector class true_positives false_positives',
    CURVES,
    'optional',
  ),
  schema('invariants', 'Rules checked during the run', 'invariant', INVARIANTS),
  schema('consensus', 'Counters of the protocol', 'counter', CONSENSUS, 'optional'),
  schema('adversaries', 'Attacks on the chain and their success', '', ADVERSARIES, 'optional'),
  schema('exclusions', 'Accused nodes and their exclusion', '', EXCLUSIONS, 'optional'),
  schema(
    'decentralisation',
    'Concentration of production by window',
    'window start_us basis measure',
    DECENTRALISATION,
    'derived',
  ),
]);

/** Schema of a run table. @throws {RangeError} when there is none of that name. */
export function schemaOf(name: string): TableSchema {
  const found = RUN_TABLES.find((table) => table.name === name);
  if (found === undefined) throw new RangeError(`"table" expected a result table, got ${name}`);
  return found;
}
