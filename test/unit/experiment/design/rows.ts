/** Rows of points, for comparisons. */
import type { DesignPoint } from '../../../../src/experiment/design/design.ts';

/** The cells of points. */
export const cells = (points: readonly DesignPoint[]) => points.map((point) => point.cells);
