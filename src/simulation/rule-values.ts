/** The parameters of contracts that a scenario asks for, as the integers of genesis. */
import { DAY_US, SECOND_US } from '../base/units.ts';
import { NO_CAP_UPT } from '../contracts/emission.ts';
import { LABEL_BASE } from '../contracts/labels.ts';
import { NO_CEILING_UPT } from '../contracts/on-chain-clearing.ts';
import type { GroupRules, RuleGroups } from '../contracts/rule-groups.ts';
import type { Scenario, Window } from '../scenario/sections.ts';

/** Groups of a chain; a group that is left out means that the chain has no such contract. */
export function ruleGroups(scenario: Scenario, window: Window): RuleGroups {
  const { ledger, points, certificates, settlement, subsidy, market } = scenario;
  return {
    ...(market.clearing === 'on-chain' ? { clearing: clearingGroup(scenario, window) } : {}),
    ...(ledger.model === 'account'
      ? { points: pointsGroup(points), exchange: exchangeGroup(points) }
      : {}),
    ...(ledger.model === 'account' && points.compute.every > 0
      ? { compute: computeGroup(points.compute) }
      : {}),
    ...(ledger.model === 'account' && certificates.labels
      ? { certificates: certificateGroup(certificates) }
      : {}),
    metering: { meterDisputeUs: settlement.deadline + settlement.disputeWindow },
    ...(subsidy.scheme === 'none' ? {} : { subsidy: subsidyGroup(subsidy) }),
    ...(ledger.model === 'utxo' ? { utxo: coinGroup(ledger.utxo) } : {}),
  };
}

function computeGroup(compute: Scenario['points']['compute']): GroupRules<'compute'> {
  return {
    computeRewardUptPerLeaf: compute.perLeaf,
    computeDepositUpt: compute.deposit,
    computeWorkers: compute.workers,
    computeCommitUs: compute.commitWindow,
    computeRevealUs: compute.revealWindow,
    computeCanaryUs: compute.canaryWindow,
    computeLeavesMax: compute.leavesMax,
  };
}

function certificateGroup(certificates: Scenario['certificates']): GroupRules<'certificates'> {
  return {
    labelBase: LABEL_BASE[certificates.labelBase],
    certificateValidityUs: certificates.validity,
    certificatePeriodUs: certificates.vintage,
    carbonGPerMWh: Math.round(certificates.emission * 1000),
  };
}

function coinGroup(utxo: Scenario['ledger']['utxo']): GroupRules<'utxo'> {
  return {
    utxoDustUpt: Math.max(1, utxo.dust),
    utxoFeeBurnPpm: Math.round(utxo.feeBurn * 1_000_000),
    utxoSpentMarkerUs: utxo.spentMarker,
    utxoCoins: utxo.coins,
  };
}

/** A chain clears by the options of `uniform-price`, which `market.mechanism` must then name. */
function clearingGroup({ market, grid }: Scenario, window: Window): GroupRules<'clearing'> {
  const { priceRule, tieRule } = market.mechanism.options;
  const { feedIn, wheeling, peak, flat, valley } = grid.tariff;
  const ceiling = (retail: number) => (market.collar ? retail - wheeling : NO_CEILING_UPT);
  const localUs = (window.startEpochS + 60 * window.utcOffsetMin) * SECOND_US;
  return {
    clearingPricePpm: ppm(priceRule as number),
    clearingByTime: tieRule === 'time' ? 1 : 0,
    deliveryTimeOfDayUs: localUs - DAY_US * Math.floor(localUs / DAY_US),
    collarFloorUptPerKWh: market.collar ? feedIn : 0,
    collarPeakUptPerKWh: ceiling(peak),
    collarFlatUptPerKWh: ceiling(flat),
    collarValleyUptPerKWh: ceiling(valley),
  };
}

function subsidyGroup(subsidy: Scenario['subsidy']): GroupRules<'subsidy'> {
  return {
    subsidyDelayUs: subsidy.delay,
    subsidyPeriodUs: subsidy.period,
    subsidyBudgetUpt: subsidy.budget,
  };
}

const ppm = (share: number) => Math.floor(share * 1_000_000 + 0.5);

function pointsGroup(points: Scenario['points']): GroupRules<'points'> {
  const { clean, emission } = points;
  return {
    cleanSellerUptPerKWh: clean.seller,
    cleanBuyerUptPerKWh: clean.buyer,
    cleanUserUptPerKWh: clean.user,
    grantVestingUs: points.vesting,
    grantExpiryUs: points.grantExpiry,
    emissionCapUpt: emission.cap ?? NO_CAP_UPT,
    emissionEpochUs: emission.epoch,
    emissionHalvingUs: emission.halving,
    feeBurnPpm: ppm(points.burnShare),
    penaltyBurnPpm: ppm(points.penaltyBurn),
    redemptionRatePpm: ppm(points.redemption.rate),
    fiatCashOut: points.fiatCashOut ? 1 : 0,
  };
}

function exchangeGroup({ exchange, icoBan }: Scenario['points']): GroupRules<'exchange'> {
  return {
    exchangeConfirmUs: exchange.confirm,
    askMinPerPt: ppm(exchange.askMin),
    askMaxPerPt: exchange.askMax === undefined ? NO_CAP_UPT : ppm(exchange.askMax),
    issuerSaleBan: icoBan ? 1 : 0,
  };
}
