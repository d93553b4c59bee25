/** `run --watch`: waits until a file is saved again. */
import { statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Io } from './io.ts';

/** Editors write a file in several steps, or put a new one in its place. */
const SETTLE_MS = 100;

export function savedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/**
 * @param path absolute @param since what savedAt() said before the file was read
 * @param ready is called when no save can be missed any more
 * @returns false where a signal came first
 */
export function nextSave(path: string, since: number, io: Io, ready: () => void): Promise<boolean> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const watcher = watch(dirname(path), (_event, name) => {
      if (name === basename(path)) settle();
    });
    const stopListening = io.onSignal?.(() => end(false));
    const settle = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => end(true), SETTLE_MS);
    };
    const end = (saved: boolean): void => {
      clearTimeout(timer);
      watcher.close();
      stopListening?.();
      resolve(saved);
    };
    if (savedAt(path) !== since) settle();
    ready();
  });
}
