/**
 * The public Bitcoin network by world region, as published with SimBlock (Aoki, Otsuki, Kaneko,
 * Banno & Shudo, SimBlock: a blockchain network simulator, 2019; tables of its network settings):
 * share of nodes, mean one-way latency [ms], bandwidth of a node [Mbit/s]. Order: {@link
 * REGION_NAMES}.
 */

/** Regions of the tables. */
export const REGION_NAMES = [
  'north-america',
  'europe',
  'south-america',
  'asia-pacific',
  'japan',
  'australia',
] as const;

/** Latencies and bandwidths of a year. */
export interface RegionYear {
  readonly latencyMs: readonly (readonly number[])[];
  readonly downloadMbit: readonly number[];
  readonly uploadMbit: readonly number[];
}

/** Tables by year of measurement. */
export const REGION_YEARS: ReadonlyMap<number, RegionYear> = new Map([
  [
    2015,
    {
      latencyMs: [
        [36, 119, 255, 310, 154, 208],
        [119, 12, 221, 242, 266, 350],
        [255, 221, 137, 347, 256, 269],
        [310, 242, 347, 99, 172, 278],
        [154, 266, 256, 172, 9, 163],
        [208, 350, 269, 278, 163, 22],
      ],
      downloadMbit: [25, 24, 6.5, 10, 17.5, 14],
      uploadMbit: [4.7, 8.1, 1.8, 5.3, 3.4, 5.2],
    },
  ],
  [
    2019,
    {
      latencyMs: [
        [32, 124, 184, 198, 151, 189],
        [124, 11, 227, 237, 252, 294],
        [184, 227, 88, 325, 301, 322],
        [198, 237, 325, 85, 58, 198],
        [151, 252, 301, 58, 12, 126],
        [189, 294, 322, 198, 126, 16],
      ],
      downloadMbit: [52, 40, 18, 22.8, 22.8, 29.9],
      uploadMbit: [19.2, 20.7, 5.8, 15.7, 10.2, 11.3],
    },
  ],
]);

/** Shares of nodes by network. */
export const REGION_SHARES = {
  'bitcoin-2019': [0.3316, 0.4998, 0.009, 0.1177, 0.0224, 0.0195],
  'bitcoin-2015': [0.3869, 0.5159, 0.0113, 0.0574, 0.0119, 0.0166],
  litecoin: [0.3661, 0.4791, 0.0149, 0.1022, 0.0238, 0.0139],
  dogecoin: [0.3924, 0.4879, 0.0212, 0.0697, 0.0106, 0.0182],
} as const;

/** Networks whose shares are known. */
export const REGION_SHARE_NAMES = [
  'bitcoin-2019',
  'bitcoin-2015',
  'litecoin',
  'dogecoin',
] as const satisfies readonly (keyof typeof REGION_SHARES)[];
