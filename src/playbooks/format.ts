// The form of a playbook file as zod schemas: what the loader checks first, and what the editors' JSON Schema is made from.
import { z } from 'zod';
import { ENTITY_KINDS } from '../model/entity.ts';
import { DURATION_HINT, DURATION_PATTERN, parseDuration } from './duration.ts';

export const MAX_STEPS = 200;
export const MAX_DEPTH = 8;

/** Names of playbooks. */
export const PLAYBOOK_NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const IDENTIFIER = /^[a-z][a-z0-9_]{0,39}$/;

const identifier = z.string().regex(IDENTIFIER, 'must be lower-case letters, digits and _, starting with a letter, at most 40');
const duration = z
  .string()
  .regex(DURATION_PATTERN, `is not a duration: ${DURATION_HINT}`)
  .refine((text) => !DURATION_PATTERN.test(text) || parseDuration(text) !== null, 'is longer than a year');
const condition = z
  .union([z.string().min(1), z.boolean()])
  .describe('A CEL expression that is true or false, e.g. decision.choice == "block"');
const role = z.string().min(1).describe('A role of picket.yaml');
const roles = z.array(role).max(20);

export const AskFormat = z.strictObject({
  channels: z.array(z.string().min(1)).max(10).optional().describe('Channels of picket.yaml that the question is posted to'),
  email: roles.optional().describe('Roles whose members each get a mail'),
  direct: roles.optional().describe('Roles whose members each get a direct message'),
});

const ChoiceFormat = z.union([
  z.string().min(1).max(40),
  z.strictObject({
    label: z.string().min(1).max(40).describe('What the button says'),
    style: z.enum(['default', 'positive', 'destructive']).optional(),
  }),
]);

const ApprovalFormat = z.strictObject({
  question: z.string().min(1).max(1_000).describe('What is asked; may hold ${{ }}'),
  choices: z
    .record(identifier, ChoiceFormat)
    .refine((choices) => Object.keys(choices).length >= 1 && Object.keys(choices).length <= 5, 'must be one to five choices')
    .describe('The buttons: name and label'),
  ask: AskFormat.describe('Who is asked where'),
  approvers: roles.min(1).optional().describe('Roles that may answer; left out: permissions.approve'),
  quorum: z.int().min(1).max(10).optional().describe('How many people must make the same choice; 1 when left out'),
  expires: z
    .strictObject({
      after: duration.describe('Nobody answered within this time'),
      choice: identifier.optional().describe('The choice that counts then; left out: the run ends and changes nothing further'),
      escalate: z
        .strictObject({ ask: AskFormat, after: duration })
        .optional()
        .describe('Who is asked in addition when the time is up, and how long they have'),
    })
    .describe('How long the question stands, and what counts when nobody answers'),
  remind: duration.optional().describe('Remind those asked after this time'),
});

const RetryFormat = z.strictObject({
  attempts: z.int().min(1).max(10).optional().describe('Calls in all; 3 when left out'),
  delay: duration.optional().describe('Before the second call; 2s when left out'),
  factor: z.number().min(1).max(10).optional().describe('Each delay is the one before times this; 2 when left out'),
  max_delay: duration.optional().describe('No delay is longer; 60s when left out'),
});

const common = {
  id: identifier.optional().describe('Name of the step; later steps read its output by it'),
  when: condition.optional().describe('The step runs only when this is true'),
};

export const StepFormat = {
  action: z.strictObject({
    ...common,
    action: z.string().min(1).describe('What to do: connector.verb_object'),
    with: z.record(z.string(), z.unknown()).optional().describe('Inputs of the action'),
    retry: RetryFormat.optional(),
    timeout: duration.optional().describe('Time limit of one call; 60s when left out'),
    on_error: z.enum(['fail', 'continue']).optional().describe('continue: go on; <id>.ok and <id>.error tell what happened'),
    unattended: z.string().trim().min(10).max(300).optional().describe('Why this destructive action may run without a person'),
  }),
  approval: z.strictObject({ ...common, approval: ApprovalFormat }),
  wait: z.strictObject({ ...common, wait: z.string().min(1).describe('A duration, or ${{ }} that is one') }),
  if: (steps: z.ZodType) => z.strictObject({ ...common, if: condition, steps, else: steps.optional() }),
  for: (steps: z.ZodType) =>
    z.strictObject({
      ...common,
      for: z.strictObject({
        each: z.string().min(1).describe('A CEL expression that is a list'),
        as: identifier.describe('Name of the variable'),
      }),
      steps,
    }),
  parallel: (steps: z.ZodType) =>
    z.strictObject({
      ...common,
      parallel: z
        .array(z.strictObject({ name: identifier, steps }))
        .min(2)
        .max(10)
        .describe('Branches that run side by side'),
    }),
};

export const InputFormat = z.strictObject({
  type: z.enum(['string', 'number', 'boolean', 'duration']),
  description: z.string().max(300).optional(),
  required: z.boolean().optional().describe('true unless there is a default'),
  default: z.union([z.string(), z.number(), z.boolean()]).optional(),
  choices: z.array(z.string()).min(1).max(25).optional().describe('The values it may have'),
});

const kinds = z.array(z.enum(ENTITY_KINDS)).min(1);
const entities = z.strictObject({
  entities: kinds.optional().describe('Kinds the playbook uses as account, ip ...: there must be exactly one of each'),
});

export const TriggerFormat = z
  .strictObject({
    incident: entities.nullish(),
    alert: entities.nullish(),
    entity: z
      .union([z.enum(ENTITY_KINDS), kinds])
      .optional()
      .describe('Kinds of entity it can be run on'),
  })
  .refine(
    (on) => Object.values(on).filter((trigger) => trigger !== undefined).length === 1,
    'must be exactly one of incident, alert and entity',
  );

/** The file as a whole; `steps` is the format of a list of steps. */
export function playbookFormat(steps: z.ZodType) {
  return z.strictObject({
    name: z.string().max(60).regex(PLAYBOOK_NAME, 'must be lower-case words joined by -'),
    description: z.string().trim().min(1).max(500),
    on: TriggerFormat.describe('What the playbook runs on'),
    inputs: z.record(identifier, InputFormat).optional().describe('What a person may give: /playbook run <name> <subject> key=value'),
    permissions: z
      .strictObject({
        run: roles.optional().describe('Roles that may run it'),
        approve: roles.optional().describe('Roles that may answer its approvals'),
      })
      .optional(),
    time_limit: duration.optional().describe('The whole run is cancelled after this time, waits included'),
    steps,
  });
}
