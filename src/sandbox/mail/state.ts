// What the stand-in of a mail server remembers: every mail it took, as a person's mailbox would show it.
import { z } from 'zod';

export const Mail = z.object({
  id: z.string(),
  /** The From header. */
  from: z.string(),
  /** Recipients of the envelope that were accepted. */
  to: z.array(z.string()),
  subject: z.string(),
  html: z.string(),
  text: z.string(),
  messageId: z.string(),
  /** Names in lower case. */
  headers: z.record(z.string(), z.string()),
  at: z.string(),
});
export type Mail = z.infer<typeof Mail>;

export const MailState = z.object({ mails: z.array(Mail) });
