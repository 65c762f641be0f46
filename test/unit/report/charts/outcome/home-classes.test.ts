import { expect, test } from 'vitest';
import { homeClasses } from '../../../../../src/report/charts/outcome/home-classes.ts';
import { runOf } from '../results-of.ts';

const HOMES = `home,kind,pv_peak_w,pv_inverter_w,battery_wh,battery_w
home-001,household,0,0,0,0
home-002,home,4000,3600,0,0
home-003,household,4000,3600,10000,5000
home-004,household,0,0,10000,5000
home-005,shop,0,0,0,0
home-006,office,9000,8000,10000,5000
home-007,workshop,9000,8000,0,0`;

test('homes are classed by what is registered, businesses by what they do', () => {
  expect(Object.fromEntries(homeClasses(runOf('x-1', 'x', { homes: HOMES }))!)).toEqual({
    'home-001': 'consumer',
    'home-002': 'prosumer',
    'home-003': 'prosumer with battery',
    'home-004': 'consumer with battery',
    'home-005': 'shop',
    'home-006': 'office',
    'home-007': 'workshop',
  });
});

test('a chain without homes has no classes', () => {
  expect(homeClasses(runOf('x-1', 'x', {}))).toBeUndefined();
});
