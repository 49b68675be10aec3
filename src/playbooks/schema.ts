// The JSON Schema of playbook files, for completion and checks in editors: made from the loader's own format and from the actions there
// are. `playbooks/playbook.schema.json` is this, checked in; a test keeps it current.
import { z } from 'zod';
import type { ActionCatalogue } from '../model/action.ts';
import { playbookFormat, StepFormat } from './format.ts';
import { inputSchema, type Json } from './json-schema.ts';

/** The schema as the text of its file. */
export function schemaText(catalogue: ActionCatalogue): string {
  return `${JSON.stringify(playbookSchema(catalogue), null, 2)}\n`;
}

function playbookSchema(catalogue: ActionCatalogue): Json {
  const steps: z.ZodType = z.lazy(() => z.array(step).min(1)).meta({ id: 'steps' });
  const action = StepFormat.action.meta({ id: 'action' });
  const step: z.ZodType = z
    .union([action, StepFormat.approval, StepFormat.if(steps), StepFormat.parallel(steps), StepFormat.for(steps), StepFormat.wait])
    .meta({ id: 'step' });
  const schema: Json = z.toJSONSchema(playbookFormat(steps), { io: 'input', unrepresentable: 'any' });
  const form = schema.$defs?.action;
  return {
    ...schema,
    title: 'Picket playbook',
    $defs: { ...schema.$defs, ...(form === undefined ? {} : { action: withActions(form, catalogue) }) },
  };
}

/** The names of the actions with what they do, and for each what goes into `with`. */
function withActions(form: Json, catalogue: ActionCatalogue): Json {
  const actions = catalogue.list().toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const names = actions.map(({ name, description, effect }) => ({ const: name, description: `${description} (${effect})` }));
  const inputs = actions.map(({ name, input }) => {
    const required = inputSchema(input).required ?? [];
    return {
      if: { properties: { action: { const: name } }, required: ['action'] },
      // biome-ignore lint/suspicious/noThenProperty: a word of JSON Schema
      then: { properties: { with: inputsOf(inputSchema(input)) }, ...(required.length > 0 ? { required: ['with'] } : {}) }, // oxlint-disable-line unicorn/no-thenable
    };
  });
  return {
    ...form,
    properties: { ...form.properties, action: { anyOf: names, description: 'What to do: connector.verb_object' } },
    allOf: inputs,
  };
}

function inputsOf(schema: Json): Json {
  const properties = Object.entries(schema.properties ?? {}).map(([name, field]): [string, Json] => [name, orExpression(field)]);
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(schema.required === undefined ? {} : { required: schema.required }),
    additionalProperties: false,
  };
}

const EXPRESSION: Json = { type: 'string', pattern: '\\$\\{\\{' };

/** A value, or a text with an expression in it; likewise for what is inside it. */
function orExpression(field: Json['additionalProperties']): Json {
  if (typeof field !== 'object') return {};
  const { description, ...rest } = field;
  return { ...(description === undefined ? {} : { description }), anyOf: [inside(rest), EXPRESSION] };
}

function inside(schema: Json): Json {
  // References lead to values of any form.
  if (schema.$ref !== undefined) return {};
  const { items, properties, anyOf } = schema;
  return {
    ...schema,
    ...(items === undefined || Array.isArray(items) ? {} : { items: orExpression(items) }),
    ...(properties === undefined
      ? {}
      : { properties: Object.fromEntries(Object.entries(properties).map(([name, part]): [string, Json] => [name, orExpression(part)])) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(inside) }),
  };
}
