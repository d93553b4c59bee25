/** The preset scenarios of the page, with the strategies that show the effect of each. */
interface Preset {
  /** Of the shipped scenario, behind @playground/. */
  readonly name: string;
  readonly title: string;
  readonly strategies: string;
  /** What to look at. */
  readonly look: string;
}

export const PRESETS: readonly Preset[] = [
  {
    name: 'torn',
    title: 'torn text',
    strategies: 'rcu-retry3,mmap-lock',
    look: 'Under rcu-retry3 some texts have lines of two states; under mmap-lock no text has, and the writer waits.',
  },
  {
    name: 'retry-storm',
    title: 'retry storm and limit',
    strategies: 'rcu-retry,rcu-retry3',
    look: 'rcu-retry never gets a line; rcu-retry3 gives up after three retries and takes mmap_lock (fallbacks).',
  },
  {
    name: 'page-check',
    title: 'page check',
    strategies: 'rcu-retry3,rcu-page3',
    look: 'A check per page discards whole pages (discardedLines); a check per VMA discards one record.',
  },
  {
    name: 'false-gap',
    title: 'per-VMA lock, false gap',
    strategies: 'vma-lock,vma-lock:sample=before,end-check=on',
    look: 'Under vma-lock a line is sometimes missing although its memory was mapped (falseGaps); the repair prevents that.',
  },
  {
    name: 'convoy',
    title: 'convoy',
    strategies: 'mmap-lock-all,rcu-retry3',
    look: 'Readers that hold mmap_lock make the writer wait, and readers wait behind the writer; readers that only check do not.',
  },
];
