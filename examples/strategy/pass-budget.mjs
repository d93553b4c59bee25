/**
 * An example of your own strategy: speculate like rcu-retryN, but with one budget of retries for
 * the whole pass. When the budget is used up, every further page of the pass is made under
 * mmap_lock.
 *
 *   mapsim run @bash --strategy=./examples/strategy/pass-budget.mjs
 *
 * The thread of April 2025 did not decide whether the limit of retries applies to a record, to a
 * read(), or to an open file. mapsim has the first two (scope=vma and scope=read of rcu-retryN);
 * this strategy is the third.
 *
 * The file exports a function. The function receives the kit: the primitives that the built-in
 * strategies use, with the kernel's names. It must not import its own copies of them, because the
 * program identifies a step by its function. It returns the strategy: a few properties, and hooks.
 *
 * A hook is the first of one or more steps. A step is a function of the kernel `k` and the reader
 * `r`; it does one thing that other tasks could see, and returns the step to take next. Between two
 * steps any writer may run. The last step of a hook returns `r.ret`: back to the printing loop.
 * A primitive that may sleep takes the step to continue with as its last argument.
 */
const BUDGET = 8;

export default (kit) => {
  const { LIVE_VMA, VMA_COPY, NO_VMA, NO_FILE, NO_NAME } = kit;

  // --- once a pass, before the first read() ---

  const openFile = (_k, r) => {
    r.local.spent = 0; // named in `locals` below, so that searches save it with the world
    return r.ret;
  };

  // --- from m_start(): one page of output begins ---

  const lockVmaRange = (k, r) => {
    r.retryAt = r.ret; // in m_start there is no record yet that would have to be looked up again
    if (r.local.spent >= BUDGET) return kit.mmapReadLock(k, r, keepLock);
    kit.rcuReadLock(k, r);
    return trySample;
  };

  // An attempt begins with a sample of mm_lock_seq. An odd counter means that a writer is inside.
  const trySample = (k, r) => {
    if (!kit.mmapLockSpeculateTryBegin(k, r)) return failed(k, r, 'odd');
    return r.retryAt;
  };

  // --- the next record: sets r.found, and r.source, from which the line is made ---

  const getNextVma = (k, r) => {
    r.retryAt = find;
    return r.mmapLocked ? findLive(k, r) : find(k, r);
  };

  const find = (k, r) => {
    kit.vmaNext(k, r);
    r.source = VMA_COPY;
    return r.found === NO_VMA ? verify : copyRange; // the end of the list is checked like a record
  };

  // Without a lock a VMA is not copied in one piece: a step for each group of fields.
  const copyRange = (k, r) => {
    kit.copyVmaRange(k, r);
    return copyFlags;
  };
  const copyFlags = (k, r) => {
    kit.copyVmaFlags(k, r);
    return copyNames;
  };
  const copyNames = (k, r) => {
    kit.copyVmaNames(k, r);
    if (r.copy.file !== NO_FILE) return getFile;
    return r.copy.name === NO_NAME ? verify : getName;
  };

  // The file and the name must not be freed while the line is formatted from the copy.
  const getFile = (k, r) => {
    if (!kit.pinFile(k, r)) return failed(k, r, 'filePin');
    return r.copy.name === NO_NAME ? verify : getName;
  };
  const getName = (k, r) => (kit.pinName(k, r) ? verify : failed(k, r, 'namePin'));

  // The attempt ends with the check. Only a record that has passed it is printed.
  const verify = (k, r) => {
    if (kit.mmapLockSpeculateRetry(k, r)) return failed(k, r, 'sequence');
    r.accepted();
    return r.ret;
  };

  // --- a failed attempt is followed by a retry or by the lock ---

  const failed = (k, r, cause) => {
    r.attemptFailed(cause); // counted by cause; the copy counts as discarded
    kit.dropPins(k, r);
    kit.rcuReadUnlock(k, r); // mmap_lock may sleep, and an RCU reader must not
    if (r.local.spent >= BUDGET) {
      r.fallingBack();
      return kit.mmapReadLock(k, r, keepLock);
    }
    r.local.spent++;
    r.retrying();
    return kit.mmapReadLock(k, r, waited); // waits for the writer, as series v3 does
  };
  const waited = (k, r) => {
    kit.mmapLockSpeculateTryBegin(k, r); // even while the lock is held: no writer is inside
    return drop;
  };
  const drop = (k, r) => {
    kit.mmapReadUnlock(k, r);
    kit.rcuReadLock(k, r);
    kit.vmaIterSet(k, r, r.shownEnd); // look up again from the end of the last line
    return r.retryAt;
  };

  // --- under the lock, until m_stop: the live VMA is printed, nothing is copied ---

  const keepLock = (k, r) => {
    r.mmapLocked = true;
    kit.vmaIterSet(k, r, r.shownEnd);
    return r.retryAt === find ? findLive : r.ret;
  };
  const findLive = (k, r) => {
    kit.vmaNext(k, r);
    r.source = LIVE_VMA;
    r.accepted();
    return r.ret;
  };

  // --- after show_map(), and from m_stop() ---

  const putVma = (k, r) => {
    kit.dropPins(k, r);
    return r.ret;
  };

  const unlockVmaRange = (k, r) => {
    kit.dropPins(k, r); // a record that overflowed the page still holds its pins
    r.accepted();
    if (r.mmapLocked) {
      r.mmapLocked = false;
      kit.mmapReadUnlock(k, r);
    } else {
      kit.rcuReadUnlock(k, r);
    }
    return r.ret;
  };

  return {
    name: 'pass-budget',
    medium: 'seq', // read() of maps; a walk by PROCMAP_QUERY would be 'query'
    tearing: 'between-vmas', // the worst that it may show; the tests hold it to that
    gaps: 'none',
    progress: 'bounded', // a writer can hold the reader up for BUDGET retries, not for ever
    resumeAt: 'shown-end', // where the next read() takes up
    locals: ['spent'],
    openFile,
    lockVmaRange,
    getNextVma,
    putVma,
    unlockVmaRange,
  };
};
