// Draws cards with the renderer that Teams' own is made from, in a host configuration like that of Teams, to be looked at and asked.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

const LIGHT = { page: '#f5f5f5', card: '#ffffff', ink: '#242424', soft: '#616161', line: '#e0e0e0', emphasis: '#f5f5f5' };
const DARK = { page: '#1f1f1f', card: '#292929', ink: '#ffffff', soft: '#adadad', line: '#525252', emphasis: '#333333' };
const TONES = {
  light: {
    default: '#242424',
    accent: '#5b5fc7',
    good: '#0e700e',
    warning: '#835c00',
    attention: '#b10e1c',
    fills: { good: '#e7f2da', warning: '#fbf6d9', attention: '#fcf4f6', accent: '#e8ebfa' },
  },
  dark: {
    default: '#ffffff',
    accent: '#9299f7',
    good: '#92c353',
    warning: '#f8d22a',
    attention: '#f9526b',
    fills: { good: '#0d2e0d', warning: '#463100', attention: '#3e1f25', accent: '#2f2f4a' },
  },
};

/** A page with the card in it. `window.clicks` lists what was pressed, `window.problems` what the renderer found wrong. */
export function cardPage(card: unknown, options: { readonly dark: boolean }): string {
  const script = readFileSync(require.resolve('adaptivecards/dist/adaptivecards.min.js'), 'utf8');
  const markdown = readFileSync(require.resolve('markdown-it/browser'), 'utf8');
  const theme = options.dark ? DARK : LIGHT;
  const tones = TONES[options.dark ? 'dark' : 'light'];
  return `<!doctype html><html lang="en"><meta charset="utf-8"><style>
    body { margin: 0; padding: 16px; background: ${theme.page}; }
    #card > div { background: ${theme.card}; border: 1px solid ${theme.line}; border-radius: 6px; overflow: hidden; }
    #card { overflow-wrap: anywhere; }
    button { font: 600 14px 'Segoe UI', sans-serif; padding: 6px 14px; border-radius: 4px; border: 1px solid ${theme.line}; background: ${theme.card}; color: ${theme.ink}; white-space: normal !important; }
    button.style-destructive { background: ${options.dark ? '#8e2131' : '#c4314b'}; color: #fff; border-color: transparent; }
    button.style-positive { background: #5b5fc7; color: #fff; border-color: transparent; }
  </style><div id="card"></div><script>${script}</script><script>${markdown}</script><script>
    const hostConfig = new AdaptiveCards.HostConfig(${JSON.stringify(hostConfig(theme, tones)).replaceAll('<', '\\u003c')});
    AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => { result.outputHtml = markdownit().render(text); result.didProcess = true; };
    const card = new AdaptiveCards.AdaptiveCard();
    card.hostConfig = hostConfig;
    window.clicks = [];
    card.onExecuteAction = (action) => window.clicks.push({ verb: action.verb, data: action.data });
    card.parse(${JSON.stringify(card).replaceAll('<', '\\u003c')});
    window.problems = card.validateProperties().validationEvents.map((event) => event.message);
    document.getElementById('card').append(card.render());
  </script></html>`;
}

function hostConfig(theme: typeof LIGHT, tones: typeof TONES.light): unknown {
  const color = (ink: string) => ({ default: ink, subtle: ink === tones.default ? theme.soft : ink });
  const foregroundColors = {
    default: color(tones.default),
    accent: color(tones.accent),
    good: color(tones.good),
    warning: color(tones.warning),
    attention: color(tones.attention),
  };
  const style = (backgroundColor: string) => ({ backgroundColor, borderColor: theme.line, foregroundColors });
  return {
    fontFamily: "'Segoe UI', 'DejaVu Sans', sans-serif",
    supportsInteractivity: true,
    fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
    lineHeights: { small: 16, default: 20, medium: 22, large: 24, extraLarge: 32 },
    fontWeights: { lighter: 300, default: 400, bolder: 600 },
    spacing: { none: 0, small: 4, default: 8, medium: 12, large: 20, extraLarge: 24, padding: 16 },
    separator: { lineThickness: 1, lineColor: theme.line },
    actions: { maxActions: 6, spacing: 'default', buttonSpacing: 8, actionsOrientation: 'horizontal', actionAlignment: 'left' },
    containerStyles: {
      default: style(theme.card),
      emphasis: style(theme.emphasis),
      ...Object.fromEntries(Object.entries(tones.fills).map(([tone, fill]) => [tone, style(fill)])),
    },
  };
}
