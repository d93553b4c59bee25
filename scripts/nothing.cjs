/** In place of what a package can do without: see bundle.mjs. */
