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
import { whatItLooksAt } from '../mm/looks.ts';
import type { Reader } from '../proc/reader.ts';
import { LIVE_VMA } from '../proc/strategy.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { meets, type Reach, reachOf } from '../writers/reach.ts';
import { isFree } from './save-kernel.ts';

export class StillSteps {
  readonly #kernel: Kernel;
  readonly #reaches: readonly Reach[];
  readonly #isDone: (writer: number) => boolean;

  /** @param isDone whether a writer (from 0) is finished */
  constructor(kernel: Kernel, scenario: Scenario, isDone: (writer: number) => boolean) {
    this.#kernel = kernel;
    this.#reaches = scenario.writers.map((writer) => reachOf(writer, scenario));
    this.#isDone = isDone;
  }

  /** Whether the reader's next step is one. */
  next(r: Reader): boolean {
    switch (whatItLooksAt(r.step)) {
      case undefined:
        return false;
      case 'walk':
        return this.#holdsMmapLock(r);
      case 'fields':
        return this.#holdsMmapLock(r) || this.#outOfReach(r.found);
      case 'line':
        return this.#holdsMmapLock(r) || (this.#brkIsStill() && this.#lineIsStill(r));
      case 'readLock':
        return this.#outOfReach(r.found);
      case 'endRead':
        return this.#outOfReach(r.lockedVma);
      case 'pin':
        return this.#holds(r.found, r.copy);
      case 'unpin': {
        const { pinnedFile: file, pinnedName: name } = r;
        return !r.mmapLocked && this.#holds(r.found, { file, name });
      }
    }
  }

  /** A strategy of somebody's own may say so without having taken it. */
  #holdsMmapLock({ mmapLocked }: Reader): boolean {
    return mmapLocked && this.#kernel.mm.mmapLock.readerCount > 0;
  }

  #lineIsStill({ source, found, lockedVma }: Reader): boolean {
    if (source !== LIVE_VMA || this.#outOfReach(found)) return true;
    return lockedVma === found && found !== NO_VMA && this.#kernel.mm.vmas.vmRefcnt[found]! > 1;
  }

  #outOfReach(vma: number): boolean {
    // A slot that is free is anyone's.
    if (vma === NO_VMA || isFree(this.#kernel, vma)) return false;
    const { vmStart, vmEnd } = this.#kernel.mm.vmas;
    return this.#everyReach((reach) => !meets(reach, vmStart[vma]!, vmEnd[vma]!));
  }

  #brkIsStill(): boolean {
    return this.#everyReach((reach) => reach !== null);
  }

  /** Of the writers that are not finished. */
  #everyReach(holds: (reach: Reach) => boolean): boolean {
    return this.#reaches.every((reach, writer) => holds(reach) || this.#isDone(writer));
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
