// Short answers in one shape.
import type { Refusal } from '../model/errors.ts';
import type { Button, Fact, NoticeView, Tone } from '../model/views.ts';

interface Notice {
  readonly title: string;
  readonly tone?: Tone;
  readonly text?: readonly string[];
  readonly facts?: readonly Fact[];
  readonly buttons?: readonly Button[];
  readonly url?: string;
  readonly urlLabel?: string;
}

/** A complete notice; what is not given is empty. */
export function notice(given: Notice): NoticeView {
  return { card: 'notice', tone: 'default', text: [], facts: [], buttons: [], url: '', urlLabel: '', ...given };
}

/** What was not done and why, and who could do it. */
export function refusalNotice(refusal: Refusal): NoticeView {
  return notice({ title: refusal.why, tone: 'warning', text: refusal.remedy === '' ? [] : [refusal.remedy] });
}
