// What is told of a question: while it waits, and for every way it can have ended.
import { describe, expect, it } from 'vitest';
import { describeDecision, labelOf } from '../../src/approvals/view.ts';
import { answerNotice } from '../../src/chat/answer-notice.ts';
import { refuse } from '../../src/model/errors.ts';
import type { Answered, Approval, Decision } from '../../src/model/run.ts';

const AT = '2026-03-01T03:12:00.000Z';
const decision = (given: Partial<Decision>): Decision => ({
  outcome: 'chosen',
  choice: 'block',
  by: ['Carol'],
  via: 'slack',
  at: AT,
  ...given,
});
const approval: Approval = {
  id: '00000000-0000-4000-8000-000000000000',
  runId: '00000000-0000-4000-8000-000000000001',
  path: 'decision',
  question: 'Block?',
  choices: [
    { id: 'block', label: 'Block now', style: 'destructive' },
    { id: 'ignore', label: 'Ignore', style: 'default' },
  ],
  effects: {},
  approvers: ['admin'],
  quorum: 1,
  level: 0,
  createdAt: AT,
  expiresAt: AT,
  votes: [],
  decision: null,
};

describe('the line of a card says who decided what, where and when', () => {
  it.each<[Partial<Decision>, RegExp]>([
    [{}, /^Block now by Carol in Slack at 2026-03-01 03:12/],
    [{ by: ['Carol', 'Dave'], via: 'email' }, /^Block now by Carol, Dave by e-mail/],
    [{ outcome: 'cancelled', choice: '', via: 'engine' }, /^Cancelled by Carol .*nothing was decided/],
    [{ outcome: 'cancelled', choice: '', by: [], via: 'timer' }, /^Cancelled at .*nothing was decided/],
    [{ outcome: 'expired', choice: '', by: [], via: 'timer' }, /^Nobody answered until .*nothing was changed/],
    [{ outcome: 'expired', choice: 'ignore', by: [], via: 'timer' }, /^Ignore by default .*nobody answered/],
    [{ outcome: 'disagreed', choice: '', by: ['Carol', 'Dave'] }, /^The approvers disagreed .*nothing was changed/],
  ])('%j', (given, words) => {
    expect(describeDecision(approval, decision(given))).toMatch(words);
  });
});

describe('whoever answered is told what became of it', () => {
  it.each<[string, Answered, RegExp]>([
    ['first', { kind: 'decided', decision: decision({}), runId: approval.runId }, /counts/],
    ['as one of several', { kind: 'counted', votes: 1, quorum: 2 }, /1 of 2/],
    ['last, against the others', { kind: 'decided', decision: decision({ outcome: 'disagreed', choice: '' }), runId: '' }, /disagree/],
    ['after somebody else', { kind: 'closed', decision: decision({}) }, /"Block now" was chosen by Carol at [\s\S]*changed nothing/],
    [
      'after it expired',
      { kind: 'closed', decision: decision({ outcome: 'expired', choice: '', by: [] }) },
      /ran out of time[\s\S]*changed nothing/,
    ],
    [
      'after it fell to its default',
      { kind: 'closed', decision: decision({ outcome: 'expired', choice: 'ignore', by: [] }) },
      /ran out of time[\s\S]*"Ignore" counts by default[\s\S]*changed nothing/,
    ],
    [
      'after the run was cancelled',
      { kind: 'closed', decision: decision({ outcome: 'cancelled', choice: '' }) },
      /cancelled by Carol[\s\S]*changed nothing/,
    ],
    ['on nothing', { kind: 'unknown' }, /no such question/],
    ['without the right', { kind: 'refused', refusal: refuse('You may not.', 'Ask Carol.') }, /You may not[\s\S]*Ask Carol/],
  ])('%s', (_when, answered, words) => {
    const { title, text } = answerNotice(answered, (choice) => labelOf(approval, choice));
    expect([title, ...text].join('\n')).toMatch(words);
  });
});
