// Steps that several tests of the loader are built from.

/** A step that may stand anywhere. */
export const NOTE = '{ action: chat.post_incident, with: { channel: soc } }';
export const DISABLE = '{ action: entra.disable_user, with: { user: "${{ account }}" } }';

export function approval(options = '', id = 'decision'): string {
  return `- id: ${id}
  approval:
    question: Block \${{ account.display }}?
    choices: { block: { label: Block, style: destructive }, ignore: Ignore }
    ask: { channels: [soc] }
    expires: { after: 4h${options} }`;
}
