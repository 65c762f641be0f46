/** Tables of the chain and of the full nodes that keep it. */
import { schema } from './schema.ts';

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

const CALLS = `
type      | text    |  | Transaction type
contract  | text    |  | Contract that it reaches
sent      | integer |  | Transactions of the type
succeeded | integer |  | On the chain, and done
failed    | integer |  | On the chain, and reverted
rejected  | integer |  | Never on the chain
reasons   | text    |  | Why they failed or were rejected, most frequent first
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

const DECENTRALISATION = `
window   | text    |    | run, day (24 h from the first slot) or blocks (100 canonical blocks)
start_us | integer | us | Start of the window
basis    | text    |    | producer (canonical blocks of eligible producers), stake or hash
measure  | text    |    | Name of the measure; turnover is the share of producers new since the window before
value    | number  |    | Value; empty when undefined
`;

/** Tables of the chain and of the full nodes that keep it, by name. */
export const CHAIN_TABLES = {
  blocks: schema('blocks', 'Every block, stale ones too', 'block', BLOCKS),
  transactions: schema(
    'transactions',
    'Every transaction from sending to its fate',
    'tx',
    TRANSACTIONS,
  ),
  nodes: schema('nodes', 'Full nodes with their traffic and energy', 'node', NODES),
  accounts: schema('accounts', 'Accounts at the end', 'account', ACCOUNTS),
  parallelism: schema('parallelism', 'Parallel width of blocks', 'height', PARALLELISM, 'optional'),
  privacy: schema('privacy', 'What clustering tells of senders', 'observer', PRIVACY, 'optional'),
  holdings: schema(
    'holdings',
    'Points of members under the ledger model',
    'account',
    HOLDINGS,
    'optional',
  ),
  upkeep: schema('upkeep', 'What a ledger costs to keep', 'measure', UPKEEP, 'optional'),
  calls: schema('calls', 'Calls of contracts and what became of them', 'type', CALLS),
  invariants: schema('invariants', 'Rules checked during the run', 'invariant', INVARIANTS),
  consensus: schema('consensus', 'Counters of the protocol', 'counter', CONSENSUS, 'optional'),
  decentralisation: schema(
    'decentralisation',
    'Concentration of production by window',
    'window start_us basis measure',
    DECENTRALISATION,
    'derived',
  ),
};
