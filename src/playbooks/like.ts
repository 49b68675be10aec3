// Globs for expressions: `*` is any text, `?` one character, the rest is itself in either case. Linear in memory and at most
// text times pattern in time, unlike a regular expression, which can hang the process.

/** True when the whole text fits the glob. */
export function like(text: string, glob: string): boolean {
  const given = Array.from(text.toLowerCase());
  const wanted = Array.from(glob.toLowerCase());
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < given.length) {
    if (wanted[next] === '*') {
      star = next;
      resume = at;
      next += 1;
    } else if (next < wanted.length && (wanted[next] === '?' || wanted[next] === given[at])) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      next = star + 1;
      resume += 1;
      at = resume;
    } else {
      return false;
    }
  }
  while (wanted[next] === '*') next += 1;
  return next === wanted.length;
}
