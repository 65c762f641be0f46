/** Tables of the community, its market and its meters. */
import { schema } from './schema.ts';

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

const HOMES = `
home          | text   |    | Home
kind          | text   |    | household, shop, office, workshop, or home where the source does not say
pv_peak_w     | number | W  | Registered power of the PV modules; 0 is none
pv_inverter_w | number | W  | Registered limit of the inverter
battery_wh    | number | Wh | Registered capacity of the battery; 0 is none
battery_w     | number | W  | Registered limit of its power, both directions
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

/** Tables of the community, its market and its meters, by name. */
export const MARKET_TABLES = {
  slots: schema(
    'slots',
    'Physics, market and settlement of each delivery slot',
    'slot',
    SLOTS,
    'market',
  ),
  homes: schema('homes', 'Homes with their registered equipment', 'home', HOMES, 'market'),
  trades: schema('trades', 'Every trade with what became of it', 'slot trade', TRADES, 'market'),
  settlements: schema(
    'settlements',
    'Bill of each home and slot',
    'slot home version',
    SETTLEMENTS,
    'market',
  ),
  meters: schema('meters', 'Reported readings', 'slot home', METERS, 'market'),
};
