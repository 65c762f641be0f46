import { defineStrategy } from '../strategy.ts';

/** States the reservation price itself. In a uniform-price auction efficiency is then 1. */
export default defineStrategy({
  apiVersion: 1,
  name: 'truthful',
  summary: 'States the reservation price',
  source: 'decision 13',
  options: () => ({}),
  limitUptPerKWh: ({ valueUptPerKWh }) => valueUptPerKWh,
});
