/** Quality of a published interval value, as a code in columns and a letter in files. */

/** Quality codes: index into {@link QUALITY_LETTERS}. */
export const QUALITY = {
  /** Difference of two registers read one slot apart. */
  actual: 0,
  /** Estimated, split from a longer difference, or carrying a reconciliation. */
  estimated: 1,
  /** Missing: nothing to estimate from, published as 0. */
  missing: 2,
} as const;

/** Letter of each quality code: actual, estimated, missing. */
export const QUALITY_LETTERS = ['A', 'E', 'M'] as const;

/** A quality letter. */
export type QualityLetter = (typeof QUALITY_LETTERS)[number];
