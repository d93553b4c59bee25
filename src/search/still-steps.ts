/**
 * Steps of readers that look at nothing which anybody can change before they are taken. A search
 * takes such a step at once, together with the one before it.
 *
 * A VMA keeps still for ever when no writer that is not finished comes near it: it neither overlaps
 * nor touches what the writer can reach (writers/reach.ts). Its fields keep still as long as the
 * reader holds mmap_lock, or has read-locked the VMA: a writer waits until that has ended. mm->brk
 * keeps still when every writer's reach is known, since those that move it reach everything.
 *
 * Why that is sound. What the step sees is not changed by any step that other tasks can take before
 * it. What it changes is its reader's own, or a count that nobody goes by: references to a file or
 * name that the still VMA holds as well and so never drop to none, and read locks of a VMA that no
 * writer asks for. So it leads to the same state before or after any steps of others, enables none
 * of them and disables none: it is a persistent set by itself (Godefroid, LNCS 1032, chapter 4),
 * and taking it first reaches every text, fault and deadlock. Between two looks at the tree, the
 * counter or mmap_lock there are a handful of such steps, so no cycle consists of them alone and
 * nobody is put off for ever: livelock and starvation have the same answer, too.
 *
 * What is not left out: the order of whole operations on ranges that cannot meet. Each moves
 * mm_lock_seq, which every speculating reader compares, and each makes a state by which texts are
 * judged: of A then B it is that of A alone, of B then A that of B alone.
 */

import type { Kernel } from '../mm/kernel.ts';
import { NO_FILE, NO_NAME, NO_VMA } from '../mm/layout.ts';
import { LOOKS, whatItLooksAt } from '../mm/looks.ts';
import type { Reader } from '../proc/reader.ts';
import { LIVE_VMA } from '../proc/strategy.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { meets, type Reach, reachOf } from '../writers/reach.ts';
import { isFree } from './save-kernel.ts';
import { NOTHING_SHARED, THE_MMAP_LOCK, WHO_IS_DONE } from './shared-columns.ts';
import type { SharedState } from './shared-state.ts';

export interface StillParts {
  readonly kernel: Kernel;
  readonly shared: SharedState;
  readonly scenario: Scenario;
  /** Whether a writer (from 0) is finished. */
  readonly isDone: (writer: number) => boolean;
}

export class StillSteps {
  readonly #kernel: Kernel;
  readonly #reaches: readonly Reach[];
  readonly #shared: SharedState;
  readonly #isDone: (writer: number) => boolean;
  /** Columns of the shared state by which the last answer was given. */
  lookedAt = NOTHING_SHARED;

  constructor({ kernel, shared, scenario, isDone }: StillParts) {
    this.#kernel = kernel;
    this.#shared = shared;
    this.#reaches = scenario.writers.map((writer) => reachOf(writer, scenario));
    this.#isDone = isDone;
  }

  /** Whether the reader's next step is one. */
  next(r: Reader): boolean {
    this.lookedAt = NOTHING_SHARED;
    switch (whatItLooksAt(r.step)) {
      case LOOKS.walk:
        return this.#holdsMmapLock(r);
      case LOOKS.fields:
        return this.#holdsMmapLock(r) || this.#outOfReach(r.found);
      case LOOKS.line:
        return this.#holdsMmapLock(r) || (this.#brkIsStill() && this.#lineIsStill(r));
      case LOOKS.readLock:
        return this.#outOfReach(r.found);
      case LOOKS.endRead:
        return this.#outOfReach(r.lockedVma);
      case LOOKS.pin:
        return this.#holds(r.found, r.copy);
      case LOOKS.unpin: {
        const { pinnedFile: file, pinnedName: name } = r;
        return !r.mmapLocked && this.#holds(r.found, { file, name });
      }
      default:
        return false;
    }
  }

  /** A strategy of somebody's own may say so without having taken it. */
  #holdsMmapLock({ mmapLocked }: Reader): boolean {
    if (!mmapLocked) return false;
    this.lookedAt |= THE_MMAP_LOCK;
    return this.#kernel.mm.mmapLock.readerCount > 0;
  }

  #lineIsStill({ source, found, lockedVma }: Reader): boolean {
    if (source !== LIVE_VMA || this.#outOfReach(found)) return true;
    if (lockedVma !== found || found === NO_VMA) return false;
    this.lookedAt |= this.#shared.countOf(found);
    return this.#kernel.mm.vmas.vmRefcnt[found]! > 1;
  }

  #outOfReach(vma: number): boolean {
    this.lookedAt |= this.#shared.fieldsOf(vma);
    // A slot that is free is anyone's.
    if (vma === NO_VMA || isFree(this.#kernel, vma)) return false;
    const { vmStart, vmEnd } = this.#kernel.mm.vmas;
    this.lookedAt |= WHO_IS_DONE;
    for (let writer = 0; writer < this.#reaches.length; writer++) {
      if (this.#isDone(writer)) continue;
      if (meets(this.#reaches[writer]!, vmStart[vma]!, vmEnd[vma]!)) return false;
    }
    return true;
  }

  #brkIsStill(): boolean {
    this.lookedAt |= WHO_IS_DONE;
    return this.#reaches.every((reach, writer) => reach !== null || this.#isDone(writer));
  }

  /** The VMA keeps still and has references of its own to these; or there are none. */
  #holds(vma: number, { file, name }: { readonly file: number; readonly name: number }): boolean {
    if (file === NO_FILE && name === NO_NAME) return true;
    if (!this.#outOfReach(vma)) return false;
    const { vmFile, anonName } = this.#kernel.mm.vmas;
    return (
      (file === NO_FILE || file === vmFile[vma]) && (name === NO_NAME || name === anonName[vma])
    );
  }
}
