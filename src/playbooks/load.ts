// Loads playbooks: everything that can be wrong with a file is found here, all at once, with line and hint, before anything runs.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { type FileProblem, messageOf, PlaybookError } from '../model/errors.ts';
import type { Playbook, Trigger } from '../model/playbook.ts';
import { readYaml, type YamlFile } from '../yaml/read.ts';
import { checkAttended } from './attended.ts';
import { parseDuration } from './duration.ts';
import { playbookFormat } from './format.ts';
import { collectIds, type Ids } from './ids.ts';
import { inputSpecs } from './input-specs.ts';
import { type Known, openReader, type Reader } from './reader.ts';
import { buildSteps } from './steps.ts';
import { notGiven, triggerNames } from './trigger.ts';

export type { Known } from './reader.ts';

const PlaybookFile = playbookFormat(z.array(z.unknown()).min(1));
type PlaybookFile = z.output<typeof PlaybookFile>;

/** Makes a playbook of a file's text. Throws PlaybookError with every finding; `file` is the name findings are reported under. */
export function parsePlaybook(text: string, file: string, known: Known): Playbook {
  const yaml = readYaml(text, file);
  if (!('value' in yaml)) throw new PlaybookError(yaml);
  const reached = new Set<string>();
  let ids: Ids = { found: new Map(), duplicates: [], excess: undefined };
  let trigger: Trigger | undefined;
  const reader = openReader(
    yaml,
    known,
    (name) => hiddenStep(name, ids, { reached, yaml }) ?? (trigger === undefined ? undefined : notGiven(name, trigger)),
  );
  const whole = reader.parse(PlaybookFile, yaml.value, []);
  const parsed = whole ?? readOn(yaml.value);
  if (parsed === undefined) throw failure(reader);
  ids = collectIds(parsed.steps, ['steps']);
  reportIds(reader, ids);
  if (ids.excess !== undefined) throw failure(reader);
  trigger = triggerOf(parsed.on);
  const inputs = inputSpecs(reader, parsed.inputs ?? {});
  const permissions = whole === undefined ? ANYBODY : permissionsOf(reader, whole);
  const names = triggerNames(trigger, inputs);
  const building = { reader, taken: new Set(ids.found.keys()), reached };
  const { steps } = buildSteps(building, parsed.steps, { path: ['steps'], prefix: 'step', names });
  checkAttended(steps, {
    known,
    permissions,
    report: (line, message, hint) => reader.problems.push({ file, line, column: 1, message, hint }),
  });
  if (reader.problems.length > 0) throw failure(reader);
  const hash = createHash('sha256').update(text).digest('hex');
  const timeLimitMs = parsed.time_limit === undefined ? 0 : (parseDuration(parsed.time_limit) ?? 0);
  return { name: parsed.name, description: parsed.description, on: trigger, inputs, permissions, timeLimitMs, steps, text, hash, file };
}

/** Loads every `.yaml` of the folders, automation-rules.yaml apart. A file with problems is left out; the others are loaded. */
export function loadPlaybooks(
  dirs: readonly string[],
  known: Known,
): { playbooks: ReadonlyMap<string, Playbook>; problems: readonly FileProblem[] } {
  const playbooks = new Map<string, Playbook>();
  const problems: FileProblem[] = [];
  for (const dir of dirs) {
    for (const file of filesOf(dir, problems)) {
      try {
        const playbook = parsePlaybook(readFileSync(file, 'utf8'), file, known);
        const other = playbooks.get(playbook.name);
        if (other === undefined) playbooks.set(playbook.name, playbook);
        else
          problems.push({
            file,
            line: 1,
            column: 1,
            message: `${other.file} has a playbook called ${playbook.name} too`,
            hint: 'rename one',
          });
      } catch (error) {
        if (error instanceof PlaybookError) problems.push(...error.problems);
        else problems.push({ file, line: 1, column: 1, message: `cannot be read: ${messageOf(error)}` });
      }
    }
  }
  return { playbooks, problems };
}

const NOT_PLAYBOOKS = new Set(['automation-rules.yaml', 'automation-rules.yml']);

function filesOf(dir: string, problems: FileProblem[]): readonly string[] {
  try {
    const names = readdirSync(dir).filter((name) => /\.ya?ml$/.test(name) && !NOT_PLAYBOOKS.has(basename(name)));
    return names.sort().map((name) => join(dir, name));
  } catch (error) {
    problems.push({
      file: dir,
      line: 1,
      column: 1,
      message: `the folder of playbooks cannot be read: ${messageOf(error)}`,
      hint: 'check PICKET_PLAYBOOKS',
    });
    return [];
  }
}

/** Stands for permissions that were refused, so that nothing else is said about them. */
const ANYBODY: Playbook['permissions'] = { run: [], approve: ['anybody'] };

/** What can still be checked of a file whose name, description, permissions or time limit were refused. */
function readOn(value: unknown): PlaybookFile | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { name: _, description: __, permissions: ___, time_limit: ____, ...rest } = Object.fromEntries<unknown>(Object.entries(value));
  return PlaybookFile.safeParse({ ...rest, name: 'unnamed', description: 'None' }).data;
}

function failure(reader: Reader): PlaybookError {
  const sorted = [...reader.problems].sort((a, b) => a.line - b.line || a.column - b.column);
  return new PlaybookError(sorted);
}

function reportIds(reader: Reader, { duplicates, excess }: Ids): void {
  for (const { id, path, first } of duplicates)
    reader.problem(path, `there are two steps called ${id}`, `the other is at line ${reader.line(first)}`);
  if (excess !== undefined) reader.problem(excess.path, excess.message, excess.hint);
}

function hiddenStep(name: string, ids: Ids, { reached, yaml }: { reached: ReadonlySet<string>; yaml: YamlFile }) {
  const step = ids.found.get(name);
  if (step === undefined) return undefined;
  const { line } = yaml.at(step.path);
  if (!reached.has(name))
    return { message: `step ${name} has not run yet here: it stands at line ${line}`, hint: 'move it before this one' };
  const hint = step.guarded ? 'put both steps into an if' : 'move what needs it beside it';
  return {
    message: `step ${name} may not have run: ${step.guarded ? `it has a when (line ${line})` : `it stands inside another step (line ${line})`}`,
    hint,
  };
}

function triggerOf(on: PlaybookFile['on']): Trigger {
  if (on.incident !== undefined) return { kind: 'incident', entities: on.incident?.entities ?? [] };
  if (on.alert !== undefined) return { kind: 'alert', entities: on.alert?.entities ?? [] };
  const kinds = on.entity ?? [];
  return { kind: 'entity', kinds: typeof kinds === 'string' ? [kinds] : kinds };
}

function permissionsOf(reader: Reader, parsed: PlaybookFile): Playbook['permissions'] {
  const { run = [], approve = [] } = parsed.permissions ?? {};
  reader.names(run, reader.known.roles, { path: ['permissions', 'run'], word: 'role' });
  reader.names(approve, reader.known.roles, { path: ['permissions', 'approve'], word: 'role' });
  return { run, approve };
}
