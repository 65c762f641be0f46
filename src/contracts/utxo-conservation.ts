/**
 * Conservation on the UTXO ledger, asset by asset and with ===: what was issued less what was burned is what
 * coins hold and, of points, what fees have been collected (model §7.3).
 */
import type { ChainState } from '../ledger/state.ts';
import { ASSETS, POINTS } from '../ledger/utxo/spend.ts';
import {
  assetOfCode,
  COIN,
  coinOfCell,
  isUtxoCell,
  type ReadCell,
  UTXO,
  utxoCell,
} from './utxo-cells.ts';

/**
 * Change of issued − burned − held by asset over the dirty cells of an open execution; all must be 0.
 *
 * @param dirtyCells - Ascending. @param before - Reads the parent. @param after - Reads the open state.
 */
export function utxoImbalance(
  dirtyCells: ArrayLike<number>,
  before: ReadCell,
  after: ReadCell,
): [pts: number, gec: number, cec: number] {
  const imbalance: [number, number, number] = [0, 0, 0];
  let lastCoin = -1;
  let hasHead = false;
  // The UTXO ledger is the last area of the state.
  for (let i = dirtyCells.length - 1; i >= 0 && isUtxoCell(dirtyCells[i]!); i--) {
    const coin = coinOfCell(dirtyCells[i]!);
    if (coin < 0) hasHead = true;
    else if (coin !== lastCoin) {
      lastCoin = coin;
      addHeld(imbalance, before, coin, 1);
      addHeld(imbalance, after, coin, -1);
    }
  }
  if (hasHead) {
    addSupply(imbalance, after, 1);
    addSupply(imbalance, before, -1);
  }
  return imbalance;
}

/** Full recount over the flat state: issued − burned − held by asset; all must be 0. */
export function utxoRecount(
  state: Pick<ChainState, 'readBase' | 'baseCells'>,
): [pts: number, gec: number, cec: number] {
  const imbalance: [number, number, number] = [0, 0, 0];
  addSupply(imbalance, state.readBase, 1);
  let lastCoin = -1;
  for (const [cell] of state.baseCells()) {
    const coin = coinOfCell(cell);
    if (coin < 0 || coin === lastCoin) continue;
    lastCoin = coin;
    addHeld(imbalance, state.readBase, coin, -1);
  }
  return imbalance;
}

/** Units of an asset in circulation, fees that were collected included: issued − burned. */
export function utxoSupply(read: ReadCell, asset: number): number {
  return read(utxoCell(UTXO.issued + asset)) - read(utxoCell(UTXO.burned + asset));
}

function addHeld(imbalance: number[], read: ReadCell, coin: number, sign: 1 | -1): void {
  const amount = read(coin + COIN.amount);
  if (amount === 0) return;
  // An amount on a coin that is none is nobody's, and shows among the points.
  const asset = Math.max(POINTS, assetOfCode(read(coin + COIN.tag) % 8));
  imbalance[asset]! += sign * amount;
}

function addSupply(imbalance: number[], read: ReadCell, sign: 1 | -1): void {
  for (let asset = 0; asset < ASSETS.length; asset++) {
    imbalance[asset]! += sign * utxoSupply(read, asset);
  }
  imbalance[POINTS]! -= sign * read(utxoCell(UTXO.feesUpt));
}
