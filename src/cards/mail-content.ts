// What an approval mail says, before it is HTML or text: clean, and with foreign addresses made unclickable.
import type { Button, Tone } from '../model/views.ts';
import type { Evidence } from './evidence.ts';

/** One choice and the address of its page, for this one recipient. */
export interface MailLink {
  readonly label: string;
  readonly style: Button['style'];
  readonly url: string;
}

export interface MailContent {
  /** What the list of mails shows beside the subject. */
  readonly preheader: string;
  /** Severity and number of the incident, '' without one. */
  readonly about: string;
  readonly aboutTone: Tone;
  readonly evidence: Evidence;
  readonly links: readonly MailLink[];
  /** '' for none. */
  readonly logUrl: string;
}

export const LINK_NOTE =
  'A button opens a page that shows all this again and asks once more; opening it changes nothing. The links are yours alone: do not forward them.';
export const DEFANG_NOTE = 'Web addresses from the incident are written like hxxps://name[.]example, so that nothing opens by itself.';
