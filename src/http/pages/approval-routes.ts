// `/approvals/:id`: GET shows, POST decides. Mail scanners and previews open links, so opening one must change nothing.
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { isRefusal, type Refusal } from '../../model/errors.ts';
import type { Answered } from '../../model/run.ts';
import type { Links } from '../links.ts';
import { type ApprovalPageData, closedPage, decisionSentence, labelOf, questionPage } from './approval.ts';
import { errorPage } from './layout.ts';

export interface ApprovalRoutesOptions {
  readonly links: Links;
  /** Address people reach Picket at: forms must come from there. */
  readonly publicUrl: string;
  /** null when the person may see the question now. */
  mayOpen(approvalId: string, personId: string): Promise<Refusal | null>;
  approval(approvalId: string): Promise<ApprovalPageData | null>;
  /** Authorises the person now, then counts the answer. */
  answer(approvalId: string, personId: string, choice: string): Promise<Answered | Refusal>;
  nameOf(personId: string): string;
}

export function approvalRoutes(options: ApprovalRoutesOptions): Hono {
  const tooLarge = bodyLimit({ maxSize: 16 * 1024, onError: (context) => context.html(errorPage(BAD_FORM), 413) });
  return new Hono()
    .get('/approvals/:id', async (context) => {
      const id = context.req.param('id');
      const token = context.req.query('t') ?? '';
      const opened = await open(options, context, { id, token });
      if (opened instanceof Response) return opened;
      const { data, person } = opened;
      // The link says who it was made for, not what they may see today.
      const denied = await options.mayOpen(id, person);
      if (denied !== null)
        return context.html(errorPage({ title: 'This is not for you any more', text: denied.why, remedy: denied.remedy }), 403);
      const decision = data.approval.decision;
      if (decision !== null) {
        return context.html(closedPage({ ...data, title: 'This question is closed', text: decisionSentence(data.approval, decision) }));
      }
      return context.html(questionPage({ ...data, token, choice: context.req.query('choice') ?? '', person: options.nameOf(person) }));
    })
    .post('/approvals/:id', tooLarge, async (context) => {
      if (!isOwnForm(context, options.publicUrl)) return context.html(errorPage(FOREIGN_FORM), 403);
      const form = await context.req.parseBody().catch(() => null);
      const token = form?.t;
      const choice = form?.choice;
      if (typeof token !== 'string' || typeof choice !== 'string') return context.html(errorPage(BAD_FORM), 400);

      const id = context.req.param('id');
      const opened = await open(options, context, { id, token });
      if (opened instanceof Response) return opened;
      const outcome = await options.answer(id, opened.person, choice);
      return showOutcome(options, context, { ...opened, choice, outcome });
    });
}

interface Opened {
  readonly data: ApprovalPageData & { readonly logUrl: string };
  readonly person: string;
}

async function open(
  options: ApprovalRoutesOptions,
  context: Context,
  { id, token }: { id: string; token: string },
): Promise<Opened | Response> {
  const check = await options.links.verify({ purpose: 'approval', id, token });
  if (check.kind === 'expired') return context.html(errorPage(EXPIRED_LINK), 410);
  if (check.kind === 'forged') return context.html(errorPage(FORGED_LINK), 403);
  const data = await options.approval(id);
  if (data === null) return context.html(errorPage(UNKNOWN), 404);
  return { data: { ...data, logUrl: await options.links.runLogUrl(data.approval.runId, check.person) }, person: check.person };
}

async function showOutcome(
  options: ApprovalRoutesOptions,
  context: Context,
  { data, person, choice, outcome }: Opened & { choice: string; outcome: Answered | Refusal },
): Promise<Response> {
  if (isRefusal(outcome)) return context.html(refusedPage(outcome), 403);
  if (outcome.kind === 'refused') return context.html(refusedPage(outcome.refusal), 409);
  if (outcome.kind === 'unknown') return context.html(errorPage(UNKNOWN), 404);

  const fresh = { ...data, ...(await options.approval(data.approval.id)) };
  const label = labelOf(data.approval, choice);
  if (outcome.kind === 'counted') {
    const text = `${label} is noted: ${outcome.votes} of ${outcome.quorum} answers. The run goes on when the others have answered.`;
    return context.html(closedPage({ ...fresh, title: 'Your answer counts', text }));
  }
  const sentence = decisionSentence(data.approval, outcome.decision);
  // The same person pressing twice is told what stands, not that they came too late.
  const own = outcome.decision.choice === choice && fresh.approval.votes.some((vote) => vote.person === person && vote.choice === choice);
  if (outcome.kind === 'decided' || own) {
    const text = outcome.decision.outcome === 'chosen' ? `${sentence} The run goes on now.` : sentence;
    return context.html(
      closedPage({
        ...fresh,
        title:
          outcome.decision.outcome === 'chosen' ? `Done: ${labelOf(data.approval, outcome.decision.choice)}` : 'This question is closed',
        text,
      }),
    );
  }
  return context.html(
    closedPage({ ...fresh, title: 'Too late: this was decided before', text: `${sentence} Your answer changed nothing.` }),
    409,
  );
}

function refusedPage(refusal: Refusal): ReturnType<typeof errorPage> {
  return errorPage({ title: 'Your answer does not count', text: refusal.why, remedy: refusal.remedy });
}

// The token in the body is the proof. This turns away forms of other sites in addition, as far as the browser tells:
// it sends `Origin: null` under `Referrer-Policy: no-referrer`, and no Sec-Fetch-Site over plain HTTP.
function isOwnForm(context: Context, publicUrl: string): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const origin = context.req.header('origin');
  if (origin === undefined || origin === 'null') return true;
  return origin === new URL(publicUrl).origin;
}

const ASK_AGAIN = 'Answer on the card in Slack or Teams instead, or ask there who is deciding.';
const EXPIRED_LINK = { title: 'This link has expired', text: 'Links in mails work for 7 days. Nothing was decided.', remedy: ASK_AGAIN };
const FORGED_LINK = {
  title: 'This link is not valid',
  text: 'It is incomplete, was changed, or belongs to another question. Nothing was decided.',
  remedy: `Open the link from your own mail again. ${ASK_AGAIN}`,
};
const UNKNOWN = { title: 'There is no such question', text: 'It does not exist any more. Nothing was decided.', remedy: ASK_AGAIN };
const BAD_FORM = {
  title: 'That was not a complete answer',
  text: 'The form arrived without its choice. Nothing was decided.',
  remedy: 'Open the link from your mail again and press one of its buttons.',
};
const FOREIGN_FORM = {
  title: 'That came from another site',
  text: 'The answer was not sent from this page. Nothing was decided.',
  remedy: 'Open the link from your mail and answer there.',
};
