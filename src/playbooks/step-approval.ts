// One approval step: what is asked, of whom, where, and what counts when nobody answers.
import type { z } from 'zod';
import type { ApprovalStep, Ask } from '../model/playbook.ts';
import type { Path } from '../yaml/read.ts';
import { suggest } from '../yaml/suggest.ts';
import { parseDuration } from './duration.ts';
import { type AskFormat, StepFormat } from './format.ts';
import type { Reader } from './reader.ts';
import { APPROVAL } from './shapes.ts';
import { type Built, baseOf, type Spot } from './step-base.ts';

export function approvalStep(reader: Reader, raw: object, spot: Spot): Built | undefined {
  const parsed = reader.parse(StepFormat.approval, raw, spot.path);
  if (parsed === undefined) return undefined;
  const { approval } = parsed;
  const path = [...spot.path, 'approval'];
  const question = reader.text(approval.question, [...path, 'question'], spot.names);
  const choices = Object.entries(approval.choices).map(([id, choice]) =>
    typeof choice === 'string'
      ? { id, label: choice, style: 'default' as const }
      : { id, label: choice.label, style: choice.style ?? ('default' as const) },
  );
  const names = choices.map(({ id }) => id);
  const fallback = approval.expires.choice;
  if (fallback !== undefined && !names.includes(fallback)) {
    reader.problem([...path, 'expires', 'choice'], `${fallback} is not one of the choices`, suggest(fallback, names));
  }
  reader.names(approval.approvers ?? [], reader.known.roles, { path: [...path, 'approvers'], word: 'role' });
  const base = baseOf(reader, parsed.when, spot);
  const ask = askOf(reader, approval.ask, [...path, 'ask']);
  const expires = expiryOf(reader, approval.expires, [...path, 'expires']);
  if (question === undefined) return undefined;
  const step: ApprovalStep = {
    ...base,
    kind: 'approval',
    question: { constant: question.constant, evaluate: (scope) => String(question.evaluate(scope)) },
    choices,
    ask,
    approvers: approval.approvers ?? [],
    quorum: approval.quorum ?? 1,
    expires,
    remindMs: msOf(approval.remind),
  };
  return { step, gives: parsed.when === undefined ? new Map([[spot.id, APPROVAL]]) : new Map() };
}

type Expires = z.output<typeof StepFormat.approval>['approval']['expires'];

function expiryOf(reader: Reader, expires: Expires, path: Path): ApprovalStep['expires'] {
  const { escalate, choice } = expires;
  return {
    afterMs: msOf(expires.after),
    ...(choice === undefined ? {} : { choice }),
    ...(escalate === undefined
      ? {}
      : { escalate: { ask: askOf(reader, escalate.ask, [...path, 'escalate', 'ask']), afterMs: msOf(escalate.after) } }),
  };
}

function askOf(reader: Reader, given: z.output<typeof AskFormat>, path: Path): Ask {
  const { channels = [], email = [], direct = [] } = given;
  if (channels.length + email.length + direct.length === 0)
    reader.problem(path, 'nobody is asked', 'name channels, or roles under email or direct');
  reader.names(channels, reader.known.channels, { path: [...path, 'channels'], word: 'channel' });
  reader.names(email, reader.known.roles, { path: [...path, 'email'], word: 'role' });
  reader.names(direct, reader.known.roles, { path: [...path, 'direct'], word: 'role' });
  return { channels, email, direct };
}

function msOf(text: string | undefined): number {
  return text === undefined ? 0 : (parseDuration(text) ?? 0);
}
