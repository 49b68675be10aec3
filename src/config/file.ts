// picket.yaml: people, roles, channels and what else is a list rather than a value. Secrets have no place in it.
// Every finding names file, line and column; an unknown key comes with the key that was probably meant.
import { z } from 'zod';
import type { FileProblem } from '../model/errors.ts';
import { zodProblems } from '../yaml/problems.ts';
import { type Path, readYaml } from '../yaml/read.ts';

const GUID = '[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}';
const SLACK_USER = /^[TE][A-Z0-9]+\/[UW][A-Z0-9]+$/;
const SLACK_CHANNEL = /^[TE][A-Z0-9]+\/[CGD][A-Z0-9]+$/;
const ENTRA_USER = new RegExp(`^${GUID}/${GUID}$`);
const TEAMS_CHANNEL = new RegExp(`^${GUID}/19:[^\\s/]+$`);
const GROUP = /^slack:[TE][A-Z0-9]+\/S[A-Z0-9]+$/;

// What may be written with nothing after the colon.
const emptied = <T extends z.ZodType>(schema: T) => z.preprocess((value) => value ?? {}, schema);
const oneOrMany = (item: z.ZodString) =>
  z.preprocess((value) => (value === undefined || value === null ? [] : typeof value === 'string' ? [value] : value), z.array(item));
const name = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be a name of lower-case letters, digits and dashes');

const PersonFile = z.strictObject({
  name: z.string().trim().min(1),
  email: z.email('must be one e-mail address').default(''),
  roles: z.array(name).default([]),
  slack: oneOrMany(z.string().regex(SLACK_USER, 'must be team id and user id, as T0123ABC/U0123ABC')),
  entra: oneOrMany(z.string().regex(ENTRA_USER, 'must be tenant id and object id with / between')),
});

const ChannelFile = z.strictObject({
  slack: oneOrMany(z.string().regex(SLACK_CHANNEL, 'must be team id and channel id, as T0123ABC/C0123ABC')),
  teams: oneOrMany(z.string().regex(TEAMS_CHANNEL, 'must be tenant id and channel id with / between, as <tenant>/19:...@thread.tacv2')),
  console: oneOrMany(name),
});

/** The file as it is written, defaults filled in. */
const ConfigFile = z.strictObject({
  people: emptied(z.record(name, PersonFile)),
  roles: z
    .record(
      name,
      emptied(
        z.strictObject({
          groups: z
            .array(z.string().regex(GROUP, 'must be slack:<team>/<group>; groups of Entra ID are not read, name their people under people'))
            .default([]),
        }),
      ),
    )
    .nullish(),
  adminRoles: z.array(name).min(1, 'must name one role at least').default(['admin']),
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
  /** A finding about the value at `path`, placed at its key. */
  problemAt(path: Path, message: string, hint?: string): FileProblem;
}

/** Checks the text of a configuration file; `file` is how it is called in messages. */
export function readConfigFile(text: string, file: string): ReadFile {
  const yaml = readYaml(text, file);
  const empty = ConfigFile.parse({});
  if (!('value' in yaml)) return { values: empty, problems: yaml, problemAt: (_path, message) => ({ file, line: 1, column: 1, message }) };
  const problemAt: ReadFile['problemAt'] = (path, message, hint) => {
    return { file, ...yaml.atKey(path), message, ...(hint === undefined ? {} : { hint }) };
  };
  const result = ConfigFile.safeParse(yaml.value ?? {});
  if (result.success) return { values: result.data, problems: [], problemAt };
  return { values: empty, problems: zodProblems(result.error, ConfigFile, yaml), problemAt };
}

function host(): z.ZodString {
  return z.string().regex(/^(?:\*\.)?[a-z0-9.-]+$/i, 'must be a host name, or *.example.com for all below it');
}
