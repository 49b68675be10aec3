// The global that the Adaptive Cards bundle defines; for the type checker alone, never served.
import type * as Library from 'adaptivecards';

declare global {
  const AdaptiveCards: typeof Library;
}
