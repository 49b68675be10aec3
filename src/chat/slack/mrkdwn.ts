// Slack's own markup. Escaping is what keeps `<!channel>` in a foreign text from pinging everybody
// (docs.slack.dev/messaging/formatting-message-text).

export function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The Markdown that Adaptive Cards know (bold, italic, links) as mrkdwn; everything else as written. */
export function fromMarkdown(text: string): string {
  return escapeMrkdwn(text)
    .replace(/\[([^\]\n]+)\]\((https?:\/\/[^\s)|]+)\)/g, '<$2|$1>')
    .replace(/\*\*([^*\n]+)\*\*/g, '*$1*')
    .replace(/^[-*] /gm, '• ');
}

/** True when a host would show the text otherwise than it is written. */
export function hasMarkdown(text: string): boolean {
  return /[*_[\]`~\\]|^\s*([-+>#]|\d+\.)\s/m.test(text);
}
