// Work that goes on after the sender was answered, so that stopping can wait for it.

export interface UnderWay {
  /** The promise itself, remembered until it settles. */
  track<T>(work: Promise<T>): Promise<T>;
  /** Resolves when nothing is under way any more, at the latest after `withinMs`. */
  settle(withinMs: number): Promise<void>;
}

export function createUnderWay(): UnderWay {
  const all = new Set<Promise<unknown>>();
  return {
    track(work) {
      all.add(work);
      const ended = (): boolean => all.delete(work);
      work.then(ended, ended);
      return work;
    },
    async settle(withinMs) {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise((resolve) => {
        timer = setTimeout(resolve, withinMs);
      });
      await Promise.race([Promise.allSettled(all), limit]);
      clearTimeout(timer);
    },
  };
}
