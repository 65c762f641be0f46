/** Certificates of clean energy and the subsidy of its plants. */
import {
  boolean,
  choice,
  duration,
  fraction,
  number,
  type OptionSet,
  optional,
  points,
  text,
} from '../../base/options.ts';

/** Genesis certificates, which are the stake of elections. */
export const CERTIFICATES = {
  gini: fraction('40 %', { max: 0.99, doc: 'Concentration of last year generation over holders' }),
  perHolder: number(20, { min: 0, doc: 'Mean certificates of a holder' }),
  lockedShare: fraction('50 %', { doc: 'Share locked as stake at genesis' }),
  turnout: fraction('40 %', { doc: 'Share of holders who stake the rest and vote' }),
  labels: boolean(true, 'Label clean energy, and let certificates be issued and traded'),
  labelBase: choice(
    ['export', 'generation'],
    'export',
    'What is labelled; own consumption gives certificates that nobody else may use',
  ),
  validity: duration('730 d', { min: 1e6, doc: 'Of a certificate, from the start of its vintage' }),
  vintage: duration('30 d', { min: 1e6, doc: 'Length of the period of delivery it states' }),
  emission: number(536.6, { min: 0, doc: 'kg CO2 that a MWh avoids, of carbon certificates' }),
  offered: fraction('0 %', { doc: 'Share of free genesis certificates that holders offer' }),
  buyers: fraction('0 %', { doc: 'Share of members who buy one for their own consumption' }),
  retired: fraction('100 %', { doc: 'Share of buyers who retire what they bought' }),
  carbon: fraction('0 %', { doc: 'Share of those who have the avoided emission certified' }),
  price: points('30 pt', { doc: 'About which members ask and pay, half of it up and down' }),
} satisfies OptionSet;

/** Subsidy of clean generation, for labels of it. */
export const SUBSIDY = {
  scheme: choice(['none', 'china'], 'none', 'Table of rates by date of operation; none is no fund'),
  period: duration('1 day', { min: 3_600e6, doc: 'What a claim is about, and what has a budget' }),
  delay: duration('90 days', { doc: 'From a claim to its payment at the earliest' }),
  budget: points('1000 pt', { doc: 'What the fund pays in a period at most' }),
  approval: duration('10 min', { doc: 'From a final claim to its approval' }),
  audit: fraction('10 %', { doc: 'Share of claims that are compared with meter reads first' }),
  auditTime: duration('6 h', { doc: 'From a final claim to its decision where it is compared' }),
  commissioned: optional(
    text(undefined, 'Day on which every plant went into operation, e.g. 2018-06-01; else drawn'),
  ),
  traded: boolean(true, 'Plants give up the share of the rate that traded energy does'),
  elsewhere: fraction('20 %', {
    doc: 'Share of owners who register every other period with a second registry instead',
  }),
} satisfies OptionSet;
