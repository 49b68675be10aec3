// What somebody who answered an approval is told.
import type { Answered, Decision } from '../model/run.ts';
import { shortTime } from '../model/time.ts';
import type { NoticeView } from '../model/views.ts';
import { notice, refusalNotice } from './notices.ts';

/** `label`: what a choice of this approval is called. */
export function answerNotice(answered: Answered, label: (choice: string) => string): NoticeView {
  switch (answered.kind) {
    case 'decided':
      return notice({
        title:
          answered.decision.outcome === 'disagreed' ? 'The approvers disagree: nothing is changed' : 'Your answer counts; the run goes on',
        tone: 'good',
      });
    case 'counted':
      return notice({ title: `Your answer is counted: ${answered.votes} of ${answered.quorum}`, tone: 'good' });
    case 'closed':
      return notice({ title: 'This was closed already', tone: 'warning', text: [closedText(answered.decision, label)] });
    case 'unknown':
      return notice({
        title: 'There is no such question any more',
        tone: 'warning',
        text: ['The card may be very old. Look at the run with /playbook runs.'],
      });
    case 'refused':
      return refusalNotice(answered.refusal);
  }
}

function closedText(decision: Decision, label: (choice: string) => string): string {
  const at = shortTime(decision.at);
  const by = decision.by.length > 0 ? ` by ${decision.by.join(', ')}` : '';
  if (decision.outcome === 'chosen') return `"${label(decision.choice)}" was chosen${by} at ${at}. Your click changed nothing.`;
  if (decision.outcome === 'expired') {
    const so = decision.choice === '' ? '' : `, so "${label(decision.choice)}" counts by default`;
    return `It ran out of time at ${at}${so}. Your click changed nothing.`;
  }
  if (decision.outcome === 'disagreed') return `The approvers disagreed at ${at}. Your click changed nothing.`;
  return `The run was cancelled${by} at ${at}. Your click changed nothing.`;
}
