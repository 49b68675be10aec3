// First look at the steps of a file: every id and where it stands, so that a reference to the wrong one can be explained.
import type { Path } from '../yaml/read.ts';
import { MAX_DEPTH, MAX_STEPS } from './format.ts';

interface FoundId {
  readonly path: Path;
  /** It has a `when:`. */
  readonly guarded: boolean;
}

export interface Ids {
  readonly found: ReadonlyMap<string, FoundId>;
  readonly duplicates: readonly { readonly id: string; readonly path: Path; readonly first: Path }[];
  /** Where the limits on depth and number are passed, the first place only. */
  readonly excess: { readonly path: Path; readonly message: string; readonly hint: string } | undefined;
}

export function collectIds(steps: unknown, at: Path): Ids {
  const found = new Map<string, FoundId>();
  const duplicates: { id: string; path: Path; first: Path }[] = [];
  let excess: Ids['excess'];
  let count = 0;
  const scan = (list: unknown, path: Path, depth: number): void => {
    if (!Array.isArray(list) || excess !== undefined) return;
    if (depth > MAX_DEPTH) {
      excess = { path, message: `steps are nested deeper than ${MAX_DEPTH} levels`, hint: 'make it flatter, or make two playbooks of it' };
      return;
    }
    for (const [index, step] of Array.from<unknown>(list).entries()) {
      count += 1;
      if (count > MAX_STEPS) {
        excess ??= { path: [...path, index], message: `there are more than ${MAX_STEPS} steps`, hint: 'make two playbooks of it' };
        return;
      }
      scanStep(step, [...path, index], depth);
    }
  };
  const scanStep = (step: unknown, path: Path, depth: number): void => {
    if (typeof step !== 'object' || step === null) return;
    const entries = new Map<string, unknown>(Object.entries(step));
    const id = entries.get('id');
    if (typeof id === 'string') {
      const first = found.get(id);
      if (first === undefined) found.set(id, { path, guarded: entries.has('when') });
      else duplicates.push({ id, path: [...path, 'id'], first: first.path });
    }
    scan(entries.get('steps'), [...path, 'steps'], depth + 1);
    scan(entries.get('else'), [...path, 'else'], depth + 1);
    const branches = entries.get('parallel');
    if (!Array.isArray(branches)) return;
    for (const [index, branch] of Array.from<unknown>(branches).entries()) {
      const inner: unknown = typeof branch === 'object' && branch !== null && 'steps' in branch ? branch.steps : undefined;
      scan(inner, [...path, 'parallel', index, 'steps'], depth + 1);
    }
  };
  scan(steps, at, 1);
  return { found, duplicates, excess };
}
