// What Teams sends, as far as Picket reads it (learn.microsoft.com: Bot Framework activity schema, Universal Actions for Adaptive Cards).
import { z } from 'zod';
import type { Verb } from '../../model/views.ts';

const text = z
  .string()
  .nullish()
  .transform((given) => given ?? '');
/** Ids of Entra are compared as text; configuration holds them in lower case. */
const entraId = text.transform((id) => id.toLowerCase());

const Account = z.object({ id: text, name: text, aadObjectId: entraId, role: text, isTargeted: z.boolean().nullish() });
const anAccount = Account.nullish().transform((given) => given ?? Account.parse({}));

/** Any activity, with what is missing as ''. */
export const TeamsActivity = z.object({
  type: z.string().min(1),
  id: text,
  serviceUrl: z.string(),
  from: anAccount,
  recipient: anAccount,
  conversation: z.object({ id: z.string().min(1), conversationType: text, tenantId: entraId }),
  channelData: z
    .object({ tenant: z.object({ id: entraId }).nullish(), team: z.object({ id: text }).nullish() })
    .nullish()
    .transform((given) => ({ tenant: given?.tenant?.id ?? '', team: given?.team?.id ?? '' })),
  name: text,
  text,
  replyToId: text,
  action: text,
  entities: z
    .array(z.unknown())
    .nullish()
    .transform((given) => given ?? []),
  membersAdded: z.array(z.object({ id: text })).nullish(),
  membersRemoved: z.array(z.object({ id: text })).nullish(),
  value: z.unknown().optional(),
});
export type TeamsActivity = z.infer<typeof TeamsActivity>;

/** A mention among the entities of a message; `text` stands in the message where it was written. */
export const Mention = z.object({ type: z.literal('mention'), text: z.string().min(1), mentioned: z.object({ id: z.string() }) });

/** As an object, so that a verb added to the model cannot be forgotten here. */
const VERBS: Readonly<Record<Verb, Verb>> = { decide: 'decide', runlog: 'runlog', cancel: 'cancel' };

/** What a button asks for. The person is never part of it. */
export const ButtonValue = z.object({ verb: z.enum(VERBS), id: z.string().min(1).max(200), choice: z.string().max(200) });
export type ButtonValue = z.infer<typeof ButtonValue>;

/** `value` of an invoke `adaptiveCard/action`. */
export const CardAction = z
  .object({
    action: z.object({ type: z.literal('Action.Execute'), verb: z.string(), data: z.object({ id: z.string(), choice: z.string() }) }),
    // A client that refreshes a card by itself says so: nobody pressed anything.
    trigger: z.literal('manual').nullish(),
  })
  .transform(({ action: { verb, data } }) => ({ verb, ...data }))
  .pipe(ButtonValue);
