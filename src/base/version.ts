/** The version that `-V` and machine-readable results tell; a test holds it to package.json. */
export const VERSION = '0.1.0';
