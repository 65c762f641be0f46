import { ScenarioError } from '../../base/errors.ts';
import { cost, roundHalfUp } from '../../base/integer.ts';
import { energy, fraction, integer, price } from '../../base/options.ts';
import { attackSlots, chooseActors, commonOptions } from './actors.ts';
import { defineAttack, type WashOrder } from './define.ts';

const RING_MAX = 6;

/**
 * Rings of 2 to 6 homes sell the same energy round in a circle: one leg a slot (or every `gap`
 * slots), so that nobody holds both sides of a slot, and after a whole cycle every net position is
 * about 0. No meter is touched and no energy flows. The quantity changes from cycle to cycle, price
 * and legs only by `noise`. A cycle is begun only when its last leg still falls inside the attack.
 *
 * Each leg labels both parties with the value moved. The default price lies inside the collar of
 * the default tariff at every hour.
 */
export default defineAttack({
  apiVersion: 1,
  name: 'wash-trade-ring',
  code: 'F04',
  summary: 'Rings of homes trade in a circle without energy',
  source: 'model.md §8.2 F04; F. Victor, A. M. Weintraud, WWW 2021, doi 10.1145/3442381.3449824',
  options: () => ({
    ...commonOptions(3, 2),
    rings: integer(1, { min: 1, max: 1000, doc: 'Rings of `actors` homes each' }),
    quantity: energy('500 Wh', { min: 1, doc: 'Mean energy of a leg' }),
    spread: fraction('50 %', { doc: 'Half-width of the quantity between cycles' }),
    price: price('0.31 pt/kWh', { doc: 'Price of a leg' }),
    noise: fraction('0.2 %', { doc: 'Half-width of quantity and price between legs' }),
    gap: integer(1, { min: 1, max: 96, doc: 'Slots from one leg to the next' }),
  }),
  create(context, options) {
    const name = 'wash-trade-ring';
    const size = options.homes?.length ?? options.actors;
    if (size < 2 || size > RING_MAX) {
      const key = options.homes === undefined ? 'actors' : 'homes';
      const path = `scenario.fraud.attacks.${name}.${key}`;
      throw new ScenarioError([{ file: '', path, expected: '2 to 6 homes', got: String(size) }]);
    }
    const ringCount = options.homes === undefined ? options.rings : 1;
    const rings = Array.from({ length: ringCount }, () => chooseActors(context, name, options));
    const { startSlot, endSlot } = attackSlots(context, name, options);
    const draws = context.random.addressed(`fraud/${name}`);
    const legsFit = Math.ceil((endSlot - startSlot) / options.gap);
    const legCount = legsFit - (legsFit % size);
    if (legCount === 0) {
      const path = `scenario.fraud.attacks.${name}.to`;
      const expected = `time for ${size} legs, ${options.gap} slots apart`;
      throw new ScenarioError([{ file: '', path, expected, got: `${legsFit} legs` }]);
    }
    const around = (halfWidth: number, u: number) => 1 + halfWidth * (2 * u - 1);

    function leg(ring: readonly number[], slot: number, number: number): WashOrder {
      const place = number % size;
      const first = ring[0]!;
      const seller = ring[place]!;
      const cycle = (number - place) / size;
      const ofCycle = around(options.spread, draws.uniform(first, cycle, 0));
      const ofLeg = around(options.noise, draws.uniform(seller, slot, 1));
      const ofPrice = around(options.noise, draws.uniform(seller, slot, 2));
      return {
        buyer: ring[(place + 1) % size]!,
        seller,
        quantityWh: Math.max(1, roundHalfUp(options.quantity * ofCycle * ofLeg)),
        priceUptPerKWh: roundHalfUp(options.price * ofPrice),
      };
    }
    return {
      actors: rings.flat().sort((a, b) => a - b),
      startSlot,
      endSlot,
      orders(slot) {
        const since = slot - startSlot;
        const number = since / options.gap;
        if (since < 0 || !Number.isInteger(number) || number >= legCount) return [];
        const orders = rings.map((ring) => leg(ring, slot, number));
        for (const { buyer, seller, quantityWh, priceUptPerKWh } of orders) {
          const valueUpt = cost(priceUptPerKWh, quantityWh);
          context.label(seller, slot, 0, valueUpt);
          context.label(buyer, slot, 0, valueUpt);
        }
        return orders;
      },
    };
  },
});
