/** Tables of points, certificates, subsidies and bills. */
import { schema } from './schema.ts';

const POINTS = `
kind       | text    |     | source, sink or held
entry      | text    |     | What it is
amount_upt | integer | upt | Points; sources less sinks is what is held
`;

const CERTIFICATES = `
kind  | text    |  | label or certificate
entry | text    |  | What became of it
count | integer |  | How many
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

/** Tables of points, certificates, subsidies and bills, by name. */
export const ECONOMY_TABLES = {
  points: schema('points', 'Where points came from, went to and are', 'kind entry', POINTS),
  certificates: schema(
    'certificates',
    'Labels and certificates at the end',
    'kind entry',
    CERTIFICATES,
    'optional',
  ),
  claims: schema('claims', 'Claims of the subsidy and their payment', 'claim', CLAIMS, 'optional'),
  bills: schema(
    'bills',
    'Electricity bills and what points covered',
    'home posted_us',
    BILLS,
    'optional',
  ),
  liability: schema(
    'liability',
    'What points oblige the grid to',
    'time_us',
    LIABILITY,
    'optional',
  ),
  exchange: schema('exchange', 'Offers of points for money', 'seller offer', EXCHANGE, 'optional'),
};
