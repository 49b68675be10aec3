// View models of the cards: complete, and made of strings alone, so that nothing in a template can be missing or of the wrong type.
// Texts in them are plain and may be hostile; templates put them where no Markdown is read, renderers escape for their own format.

/** Name and value, shown side by side. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

/** A button. It carries an id and a choice, nothing else. */
export interface Button {
  readonly label: string;
  readonly style: 'default' | 'positive' | 'destructive';
  readonly verb: Verb;
  readonly id: string;
  readonly choice: string;
}

/** What buttons can ask for: answer an approval, get a personal link to a run log, cancel a run. */
export type Verb = 'decide' | 'runlog' | 'cancel';

/** Severity drives colour and word: `attention` High, `warning` Medium, `accent` Low, `default` Informational. */
export type Tone = 'default' | 'accent' | 'good' | 'warning' | 'attention';

export interface IncidentView {
  readonly card: 'incident';
  /** `#4711`. */
  readonly number: string;
  readonly title: string;
  readonly severity: string;
  readonly tone: Tone;
  readonly status: string;
  readonly description: string;
  /** Owner, product, tactics, first and last activity, alerts. */
  readonly facts: readonly Fact[];
  /** Kind and display of each entity; alerts with their ids come as `alert`. */
  readonly entities: readonly Fact[];
  /** `Run 17 stop-compromised-user` and its state. */
  readonly runs: readonly Fact[];
  /** What was decided by whom, newest last. */
  readonly decisions: readonly Fact[];
  readonly buttons: readonly Button[];
  /** Link to the source's portal, '' for none. https only. */
  readonly url: string;
}

export interface ApprovalView {
  readonly card: 'approval';
  readonly question: string;
  /** `Waiting for 1 of: admin` or `Blocked by Carol Ortiz in Slack at 03:12 UTC`. */
  readonly state: string;
  readonly tone: Tone;
  /** `Run 17 · stop-compromised-user`. */
  readonly run: string;
  /** What each choice will do: name is the choice's label, value one line per action. */
  readonly effects: readonly Fact[];
  /** The incident's evidence: title, severity, entities, times. */
  readonly evidence: readonly Fact[];
  /** Who answered what so far. */
  readonly votes: readonly Fact[];
  /** `Nobody answers until 07:12 UTC: ...`; '' when closed. */
  readonly deadline: string;
  /** Empty when closed. */
  readonly buttons: readonly Button[];
}

export interface RunView {
  readonly card: 'run';
  /** `Run 17 · block-user`. */
  readonly title: string;
  readonly state: string;
  readonly tone: Tone;
  readonly facts: readonly Fact[];
  /** Steps in order, with their state. */
  readonly steps: readonly Fact[];
  readonly buttons: readonly Button[];
}

/** Anything said in a few lines: an answer to a command, a list, a refusal, a message of a playbook. */
export interface NoticeView {
  readonly card: 'notice';
  readonly title: string;
  readonly tone: Tone;
  /** Paragraphs. */
  readonly text: readonly string[];
  readonly facts: readonly Fact[];
  readonly buttons: readonly Button[];
  /** A personal link, '' for none. */
  readonly url: string;
  readonly urlLabel: string;
}

export type View = IncidentView | ApprovalView | RunView | NoticeView;

/** A card ready for a platform: the Adaptive Card, and the same as plain text for notifications and fallbacks. */
export interface Card {
  readonly adaptive: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** For e-mail places: the mail to send instead. */
  readonly mail?: Mail;
}

/** A mail ready to send. */
export interface Mail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}
