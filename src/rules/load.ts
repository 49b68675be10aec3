// Loads automation-rules.yaml. What is wrong is said with line and hint; the rules that are right are loaded all the same.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ENTITY_KINDS } from '../model/entity.ts';
import { type FileProblem, messageOf } from '../model/errors.ts';
import type { Playbook } from '../model/playbook.ts';
import { zodProblems } from '../yaml/problems.ts';
import { type Path, readYaml, type YamlFile } from '../yaml/read.ts';
import { suggest } from '../yaml/suggest.ts';
import { RULE_TRIGGERS, type RuleTrigger } from './event.ts';
import { inOrder } from './match.ts';
import { OPERATORS } from './operators.ts';
import { isPropertyName, PROPERTIES, type Property } from './properties.ts';
import type { AutomationRule, Condition } from './rule.ts';

export interface LoadedRules {
  /** In the order they run in. */
  readonly rules: readonly AutomationRule[];
  readonly problems: readonly FileProblem[];
  /** What works, but perhaps not as meant. */
  readonly warnings: readonly FileProblem[];
}

export interface KnownPlaybooks {
  readonly playbooks: ReadonlyMap<string, Playbook>;
}

// Limits: 512 rules, 20 actions, 50 conditions, 500 characters (Sentinel service limits).
const ConditionFormat = z.union([
  z.strictObject({
    property: z.string(),
    operator: z.enum(OPERATORS),
    values: z.array(z.string().min(1)).min(1).max(100),
    collection: z.boolean().optional(),
  }),
  z.strictObject({ entities: z.array(z.enum(ENTITY_KINDS)).min(1) }),
]);
const RuleFormat = z.strictObject({
  name: z.string().trim().min(1).max(500),
  order: z.int().min(1).max(1000),
  trigger: z.enum(RULE_TRIGGERS),
  enabled: z.boolean().optional(),
  expires: z.iso.datetime({ error: 'must be a time in UTC such as 2026-12-31T00:00:00Z' }).optional(),
  conditions: z.array(z.unknown()).max(50).optional(),
  actions: z
    .array(z.strictObject({ run_playbook: z.string() }))
    .min(1)
    .max(20),
});
const FileFormat = z.strictObject({ rules: z.array(z.unknown()).max(512) });

/** Reads the rules from a file. */
export function loadRules(file: string, known: KnownPlaybooks): LoadedRules {
  try {
    return parseRules(readFileSync(file, 'utf8'), file, known);
  } catch (error) {
    const problem = { file, line: 1, column: 1, message: `cannot be read: ${messageOf(error)}`, hint: 'check PICKET_RULES' };
    return { rules: [], problems: [problem], warnings: [] };
  }
}

/** Reads the rules from a text; `file` is the name findings are reported under. */
export function parseRules(text: string, file: string, known: KnownPlaybooks): LoadedRules {
  const yaml = readYaml(text, file);
  if (!('value' in yaml)) return { rules: [], problems: yaml, warnings: [] };
  const reading: Reading = { yaml, known, problems: [], warnings: [] };
  const parsed = parsePart(reading, FileFormat, yaml.value, []);
  const rules: AutomationRule[] = [];
  for (const [index, raw] of (parsed?.rules ?? []).entries()) {
    const path = ['rules', index];
    const before = reading.problems.length;
    const rule = readRule(reading, raw, path);
    if (rule === undefined) continue;
    if (rules.some(({ name }) => name === rule.name))
      note(reading, [...path, 'name'], `there are two rules called ${rule.name}`, 'rename one');
    const twin = rules.find(({ order, trigger }) => order === rule.order && trigger === rule.trigger);
    if (twin !== undefined) warn(reading, [...path, 'order'], `${rule.name} and ${twin.name} have the same order: they run by name`);
    if (reading.problems.length === before) rules.push(rule);
  }
  return { rules: inOrder(rules), problems: reading.problems, warnings: reading.warnings };
}

interface Reading {
  readonly yaml: YamlFile;
  readonly known: KnownPlaybooks;
  readonly problems: FileProblem[];
  readonly warnings: FileProblem[];
}

function readRule(reading: Reading, raw: unknown, path: Path): AutomationRule | undefined {
  const parsed = parsePart(reading, RuleFormat, raw, path);
  if (parsed === undefined) return undefined;
  const { name, order, trigger, enabled = true, expires = '' } = parsed;
  const conditions = (parsed.conditions ?? []).flatMap((condition, index) =>
    readCondition(reading, condition, { path: [...path, 'conditions', index], trigger }),
  );
  for (const [index, { run_playbook }] of parsed.actions.entries())
    checkPlaybook(reading, run_playbook, { path: [...path, 'actions', index, 'run_playbook'], trigger });
  const actions = parsed.actions.map(({ run_playbook }) => ({ kind: 'run_playbook' as const, playbook: run_playbook }));
  return { name, order, trigger, enabled, expires, conditions, actions };
}

interface At {
  readonly path: Path;
  readonly trigger: RuleTrigger;
}

function readCondition(reading: Reading, raw: unknown, { path, trigger }: At): readonly Condition[] {
  // The union alone would blame both forms for what is wrong in one.
  const entities = typeof raw === 'object' && raw !== null && 'entities' in raw;
  const parsed = parsePart(reading, entities ? ConditionFormat.options[1] : ConditionFormat.options[0], raw, path);
  if (parsed === undefined) return [];
  if ('entities' in parsed) return [{ kind: 'entities', entities: parsed.entities }];
  const { property: name, operator, values, collection = false } = parsed;
  if (!isPropertyName(name)) {
    note(reading, [...path, 'property'], `unknown property ${name}`, suggest(name, Object.keys(PROPERTIES)));
    return [];
  }
  const property: Property = PROPERTIES[name];
  if (!property.triggers.includes(trigger)) {
    note(reading, [...path, 'property'], `${name} cannot be a condition of ${trigger}`, 'only AlertAnalyticRuleIds and entities can');
  }
  if (!property.operators.includes(operator))
    note(reading, [...path, 'operator'], `${name} cannot be compared by ${operator}`, `it has ${property.operators.join(', ')}`);
  for (const [index, value] of values.entries()) {
    const allowed = property.values;
    const fits = allowed === undefined || allowed.some((one) => one.toLowerCase() === value.toLowerCase());
    if (!fits) note(reading, [...path, 'values', index], `${name} is never ${value}`, suggest(value, allowed));
  }
  if (collection && name !== 'IncidentLabel')
    note(reading, [...path, 'collection'], 'collection goes with IncidentLabel alone', 'leave it out');
  if (collection && operator !== 'Contains' && operator !== 'NotContains')
    note(reading, [...path, 'operator'], `a collection cannot be compared by ${operator}`, 'it has Contains, NotContains');
  return [{ kind: 'property', property: name, operator, values, collection }];
}

function checkPlaybook(reading: Reading, name: string, { path, trigger }: At): void {
  const playbook = reading.known.playbooks.get(name);
  const wanted = trigger === 'alert-created' ? 'alert' : 'incident';
  if (playbook === undefined) {
    note(reading, path, `unknown playbook ${name}`, suggest(name, [...reading.known.playbooks.keys()]));
  } else if (playbook.on.kind !== wanted) {
    note(
      reading,
      path,
      `${name} runs on an ${playbook.on.kind}: ${trigger} rules run ${wanted} playbooks`,
      `take a playbook with on: { ${wanted}: ... }`,
    );
  } else {
    const missing = playbook.inputs.filter(({ required }) => required).map((input) => input.name);
    if (missing.length > 0)
      note(reading, path, `${name} needs ${missing.join(', ')}, which a rule cannot give`, 'give those inputs a default in the playbook');
  }
}

function parsePart<S extends z.ZodType>(reading: Reading, schema: S, value: unknown, path: Path): z.output<S> | undefined {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  reading.problems.push(...zodProblems(parsed.error, schema, reading.yaml, path));
  return undefined;
}

function note({ yaml, problems }: Reading, path: Path, message: string, hint?: string): void {
  problems.push({ file: yaml.file, ...yaml.at(path), message, ...(hint === undefined ? {} : { hint }) });
}

function warn({ yaml, warnings }: Reading, path: Path, message: string): void {
  warnings.push({ file: yaml.file, ...yaml.at(path), message, hint: 'give each its own number' });
}
