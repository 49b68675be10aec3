// What the chat actions take and give. Channels are the names of picket.yaml.
import { z } from 'zod';

const channel = z.string().trim().min(1).describe('Name of a channel in picket.yaml');
const title = z.string().max(300).default('').describe('Heading; may be empty');
const text = z.string().min(1).max(12_000).describe('Plain text; blank lines make paragraphs');
const message = z.string().trim().min(1).describe('Id of a message that a playbook posted, or of the card of an incident');

export const PostInput = z.object({ channel, title, text });
export const UpdateInput = z.object({ message, title, text });
export const ReplyInput = z.object({ message, title, text });
export const PostIncidentInput = z.object({ channel });

export const MessageOutput = z.object({ message: z.string() });
export const CardOutput = z.object({ card: z.string(), message: z.string().describe('The same id, to reply to') });
