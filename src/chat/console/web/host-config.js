// How Adaptive Cards look here. Colours are the page's own variables, so that light and dark need no second drawing.

/** @param {string} name */
const tone = (name) => ({ default: `var(--${name})`, subtle: `var(--${name}-subtle, var(--${name}))` });

const foreground = {
  default: { default: 'var(--text)', subtle: 'var(--muted)' },
  dark: { default: 'var(--text)', subtle: 'var(--muted)' },
  light: { default: 'var(--muted)', subtle: 'var(--muted)' },
  accent: tone('accent'),
  good: tone('good'),
  warning: tone('warning'),
  attention: tone('bad'),
};

/** @param {string} name */
const container = (name) => ({ backgroundColor: `var(--${name}-ground)`, foregroundColors: foreground });

export const hostConfig = {
  supportsInteractivity: true,
  fontFamily: 'inherit',
  fontSizes: { small: 13, default: 15, medium: 16, large: 19, extraLarge: 23 },
  fontWeights: { lighter: 400, default: 400, bolder: 650 },
  lineHeights: { small: 18, default: 22, medium: 23, large: 26, extraLarge: 30 },
  spacing: { small: 4, default: 8, medium: 14, large: 20, extraLarge: 28, padding: 14 },
  separator: { lineThickness: 1, lineColor: 'var(--line)' },
  containerStyles: {
    default: { backgroundColor: 'transparent', foregroundColors: foreground },
    emphasis: container('emphasis'),
    good: container('good'),
    attention: container('bad'),
    warning: container('warning'),
    accent: container('accent'),
  },
  imageSizes: { small: 32, medium: 52, large: 100 },
  factSet: {
    title: { color: 'default', size: 'default', isSubtle: true, weight: 'default', wrap: true, maxWidth: 140 },
    value: { color: 'default', size: 'default', isSubtle: false, weight: 'default', wrap: true },
    spacing: 14,
  },
  actions: {
    maxActions: 6,
    spacing: 'default',
    buttonSpacing: 8,
    showCard: { actionMode: 'inline', inlineTopMargin: 8 },
    actionsOrientation: 'horizontal',
    actionAlignment: 'left',
  },
  textBlock: { headingLevel: 3 },
};
