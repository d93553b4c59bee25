/** What is known of a kernel by its release: how it reads maps, and what it can be asked. */

export interface KernelFacts {
  readonly release: string;
  /** Of `maps`, by what the release does where per-VMA locks are built in. */
  readonly strategy: string;
  readonly queryStrategy: string;
  /** PROCMAP_QUERY is there. */
  readonly query: boolean;
}

export function kernelFacts(release: string): KernelFacts {
  const [, major = '0', minor = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  const version = Number(major) * 1000 + Number(minor);
  return {
    release,
    strategy: version >= 6017 ? 'vma-lock' : 'mmap-lock',
    queryStrategy: version >= 6018 ? 'query-vma' : 'query',
    query: version >= 6011,
  };
}
