// picket.yaml: people, roles, channels and what else is a list rather than a value. Secrets have no place in it.
// Every finding names file, line and column; an unknown key comes with the key that was probably meant.
import { type Document, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { closeMatch } from '../model/close-match.ts';
import type { FileProblem } from '../model/errors.ts';

const GUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const SLACK_USER = /^[TE][A-Z0-9]+\/[UW][A-Z0-9]+$/;
const SLACK_CHANNEL = /^[TE][A-Z0-9]+\/[CGD][A-Z0-9]+$/;
const ENTRA_USER = new RegExp(`^${GUID}/${GUID}$`);
const TEAMS_CHANNEL = new RegExp(`^${GUID}/19:[^\\s/]+$`);
const GROUP = new RegExp(`^(?:slack:[TE][A-Z0-9]+/S[A-Z0-9]+|entra:${GUID}/${GUID})$`);

// What may be written with nothing after the colon.
const emptied = <T extends z.ZodType>(schema: T) => z.preprocess((value) => value ?? {}, schema);
const oneOrMany = (item: z.ZodString) =>
  z.preprocess((value) => (value === undefined || value === null ? [] : typeof value === 'string' ? [value] : value), z.array(item));
const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'write names in lower case, digits and dashes');

const PersonFile = z.strictObject({
  name: z.string().trim().min(1),
  email: z.email('write one e-mail address').default(''),
  roles: z.array(name).default([]),
  slack: oneOrMany(z.string().regex(SLACK_USER, 'write team id and user id, as T0123ABC/U0123ABC')),
  entra: oneOrMany(z.string().regex(ENTRA_USER, 'write tenant id and object id with / between')),
});

const ChannelFile = z.strictObject({
  slack: oneOrMany(z.string().regex(SLACK_CHANNEL, 'write team id and channel id, as T0123ABC/C0123ABC')),
  teams: oneOrMany(z.string().regex(TEAMS_CHANNEL, 'write tenant id and channel id with / between, as <tenant>/19:...@thread.tacv2')),
  console: oneOrMany(name),
});

/** The file as it is written, defaults filled in. */
const ConfigFile = z.strictObject({
  people: emptied(z.record(name, PersonFile)),
  roles: z
    .record(
      name,
      emptied(
        z.strictObject({ groups: z.array(z.string().regex(GROUP, 'write slack:<team>/<group> or entra:<tenant>/<group>')).default([]) }),
      ),
    )
    .nullish(),
  adminRoles: z.array(name).min(1, 'name one role at least').default(['admin']),
  channels: emptied(z.record(name, ChannelFile)),
  incidentChannels: z.array(name).nullish(),
  http: emptied(z.strictObject({ allowedHosts: z.array(host()).default([]), allowedPrivateHosts: z.array(host()).default([]) })),
});
export type ConfigFile = z.output<typeof ConfigFile>;

/** The values, and where each stands. */
export interface ReadFile {
  /** What an empty file means, when there are problems. */
  readonly values: ConfigFile;
  readonly problems: readonly FileProblem[];
  /** A finding about the value at `path`. */
  problemAt(path: readonly PropertyKey[], message: string, hint?: string): FileProblem;
}

/** Checks the text of a configuration file; `file` is how it is called in messages. */
export function readConfigFile(text: string, file: string): ReadFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const problemAt: ReadFile['problemAt'] = (path, message, hint) => {
    const { line, col } = lines.linePos(offsetOf(document, path));
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), message, ...(hint === undefined ? {} : { hint }) };
  };
  const broken = document.errors.map(({ pos, message }) => {
    const { line, col } = lines.linePos(pos[0]);
    return { file, line, column: col, message: `is not YAML: ${message.split('\n')[0] ?? ''}` };
  });
  if (broken.length > 0) return { values: ConfigFile.parse({}), problems: broken, problemAt };
  const value: unknown = document.toJS() ?? {};
  const result = ConfigFile.safeParse(value);
  if (result.success) return { values: result.data, problems: [], problemAt };
  return { values: ConfigFile.parse({}), problems: result.error.issues.flatMap((issue) => explain(issue, problemAt)), problemAt };
}

function explain(issue: z.core.$ZodIssue, problemAt: ReadFile['problemAt']): FileProblem[] {
  const where = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const near = closeMatch(key, knownKeys(issue.path));
      const hint = near === '' ? `known here: ${knownKeys(issue.path).join(', ')}` : `did you mean ${near}?`;
      return problemAt([...issue.path, key], `unknown key ${[...issue.path, key].map(String).join('.')}`, hint);
    });
  }
  if (issue.code === 'invalid_key') {
    return [problemAt(issue.path, `${where} is not a name`, issue.issues[0]?.message)];
  }
  return [problemAt(issue.path, where === '' ? issue.message : `${where}: ${issue.message}`)];
}

function knownKeys(path: readonly PropertyKey[]): readonly string[] {
  if (path.length === 0) return Object.keys(ConfigFile.shape);
  if (path[0] === 'people') return Object.keys(PersonFile.shape);
  if (path[0] === 'channels') return Object.keys(ChannelFile.shape);
  return path[0] === 'http' ? ['allowedHosts', 'allowedPrivateHosts'] : ['groups'];
}

// The key's own place where there is one, else that of the nearest thing around it.
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = document.getIn(path.slice(0, length - 1), true);
    const around = length === 1 ? document.contents : parent;
    const last = path[length - 1];
    if (isMap(around)) {
      const pair = around.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(last));
      if (pair !== undefined && isNode(pair.key)) return pair.key.range?.[0] ?? 0;
    }
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

function host(): z.ZodString {
  return z.string().regex(/^(?:\*\.)?[a-z0-9.-]+$/i, 'write a host name, or *.example.com for all below it');
}
