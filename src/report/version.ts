/** Version of the program; a test keeps it equal to package.json. */
export const VERSION = '0.1.0';

/** Version of the result files; changing a column, a unit or a metric's definition raises it. */
export const RESULTS_VERSION = 4;
