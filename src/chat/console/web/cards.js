// Drawing one Adaptive Card with the library Teams' own clients grew from, and telling which button was pressed.
import MarkdownIt from '/vendor/markdown-it.js';
import { el } from './dom.js';
import { hostConfig } from './host-config.js';

// No raw HTML, no links made from bare text; addresses like javascript: are refused by the library itself.
const markdown = new MarkdownIt({ html: false, linkify: false, breaks: false });

/**
 * @param {object} card
 * @param {(action: { verb: string, id: string, choice: string }, button: HTMLElement | null) => void} onClick
 * @returns {HTMLElement}
 */
export function drawCard(card, onClick) {
  const drawing = new AdaptiveCards.AdaptiveCard();
  drawing.hostConfig = new AdaptiveCards.HostConfig(hostConfig);
  drawing.onExecuteAction = (action) => {
    if (action instanceof AdaptiveCards.OpenUrlAction) openLink(action.url ?? '');
    else if (action instanceof AdaptiveCards.ExecuteAction) {
      const { id = '', choice = '' } = /** @type {{ id?: string, choice?: string }} */ (action.data ?? {});
      onClick({ verb: action.verb ?? '', id, choice }, action.renderedElement ?? null);
    }
  };
  drawing.onAnchorClicked = (_element, anchor) => {
    openLink(anchor.href);
    return true;
  };
  drawing.parse(card);
  return drawing.render() ?? el('p', {}, 'This card cannot be shown.');
}

/** The buttons of a card that ask for a decision. @param {object | null} card @returns {boolean} */
export function asksForDecision(card) {
  return card !== null && JSON.stringify(card).includes('"verb":"decide"');
}

// Markdown is read in our own words only: texts from outside stand in RichTextBlocks.
AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
  result.outputHtml = markdown.render(text);
  result.didProcess = true;
};

/** @param {string} url */
function openLink(url) {
  if (/^https?:\/\//i.test(url)) window.open(url, '_blank', 'noopener,noreferrer');
}
