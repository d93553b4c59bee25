/**
 * The version that `-V` and machine-readable results print; a test compares it with package.json.
 */
export const VERSION = '0.1.0';
