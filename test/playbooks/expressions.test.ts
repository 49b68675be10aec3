// Expressions: types at load, values at run time, and what they may not do to the process.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/playbooks/duration.ts';
import { noNames } from '../../src/playbooks/expressions.ts';
import { like } from '../../src/playbooks/like.ts';
import { BOOL, DOUBLE, DYN, entityShape, INCIDENT, INT, listOf, STRING } from '../../src/playbooks/shapes.ts';
import { compileBare, compileText } from '../../src/playbooks/template.ts';
import { account, ip } from './support.ts';

const names = noNames()
  .with('account', entityShape('account'))
  .with('ips', listOf(entityShape('ip')))
  .with('incident', INCIDENT)
  .with('ticket', { kind: 'object', name: 'ticket', fields: { sys_id: STRING, level: INT, score: DOUBLE, open: BOOL, more: DYN } })
  .with('details', { kind: 'map', of: listOf(STRING) });
const scope = {
  account,
  ips: [ip],
  incident: { title: 'Impossible ${{ travel }}', number: 4711, tags: ['vip'] },
  ticket: { sys_id: 's1', level: 2, score: 2, open: true, more: { deep: [1, 2.5, 'x', null] } },
  details: { Country: ['NO'] },
};

function value(text: string): unknown {
  const compiled = names.compile(text);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.evaluate(scope);
}

function fault(text: string): string {
  const compiled = names.compile(text);
  return compiled.ok ? 'none' : `${compiled.offset}: ${compiled.message}`;
}

describe('an expression', () => {
  it.each([
    ['account', account],
    ['account.upn', 'alice@contoso.com'],
    ['account["displayName"]', 'Alice'],
    ['ips.map(x, x.value)', ['203.0.113.50']],
    ['ips.filter(x, x.address.startsWith("203"))', [ip]],
    ['incident.number + 1', 4712],
    ['ticket.level * 2', 4],
    ['ticket.score / 4.0', 0.5],
    ['ticket.more', { deep: [1, 2.5, 'x', null] }],
    ['ticket.more.deep[0] + 1', 2],
    ['details.Country[0]', 'NO'],
    ['"vip" in incident.tags && ticket.open', true],
    ['{"a": 1, "b": [account.upn]}', { a: 1, b: ['alice@contoso.com'] }],
    ['timestamp("2026-01-01T00:00:00Z")', '2026-01-01T00:00:00.000Z'],
    ['seconds("2h")', 7200],
    ['like(account.upn, "*@CONTOSO.com")', true],
    ['incident.title', 'Impossible ${{ travel }}'],
  ])('%s is plain JSON', (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  it.each([
    ['acount.upn', '0: unknown variable acount'],
    ['  account.upm', '10: account has no field upm'],
    ['ips.exists(x, x.adress == "")', '16: ip has no field adress'],
    ['incident.number > "3"', '0: these types do not go together: int > string'],
    ['incident.title +', '16: Unexpected token: EOF'],
    ['', '0: the expression is empty'],
    [' ', '0: the expression is empty'],
    [`"${'x'.repeat(1_000)}"`, '0: the expression is longer than 1000 characters'],
    ['incident.title.matches("a")', '0: matches is not available: a regular expression can hang the process'],
    ['[1].map(x, incident.title.matches("a"))', '11: matches is not available: a regular expression can hang the process'],
    ['cel.bind(x, [1], x)', '0: cel.bind is not available: it can double a value again and again'],
    ['ips.map(a, ips.map(b, ips.map(c, 1)))', '22: map is nested deeper than 2 levels'],
    ['uint(3)', '0: the result is of type uint'],
  ])('%s is refused when it is loaded', (text, message) => {
    expect(fault(text)).toBe(message);
  });

  it('fails when it is evaluated, and never answers a default', () => {
    expect(() => value('1 / (incident.number - 4711)')).toThrow('division by zero');
    expect(() => value('details.City[0] == "Oslo"')).toThrow('No such key: City');
    expect(() => value('ticket.more.nothing')).toThrow('No such key: nothing');
    expect(() => value('int(incident.title)')).toThrow();
    const compiled = names.compile('ticket.level > 1');
    expect(() => compiled.ok && compiled.evaluate({})).toThrow('Unknown variable: ticket');
    expect(() => compiled.ok && compiled.evaluate({ ticket: { level: 'high' } })).toThrow("Field 'level' is not of type 'int'");
    expect(() => compiled.ok && compiled.evaluate({ ticket: {} })).toThrow('No such key: level');
  });

  it('cannot give more than a row holds', () => {
    const list = Array.from({ length: 500 }, () => ip);
    const many = names.compile('ips.map(a, ips.map(b, 1))');
    expect(() => many.ok && many.evaluate({ ips: list })).toThrow('the result is larger than');
    const long = names.compile('[incident.title, incident.title]');
    expect(() => long.ok && long.evaluate({ incident: { title: 'x'.repeat(200_000) } })).toThrow('the result is larger than');
  });

  it('does not reach what JavaScript hangs on objects', () => {
    for (const text of ['account.constructor', 'account.__proto__', 'ticket.toString']) expect(fault(text)).not.toBe('none');
    for (const text of ['ticket.more.constructor', 'ticket.more.__proto__', 'details.constructor', 'account["constr" + "uctor"]']) {
      expect(() => value(text)).toThrow('No such key');
    }
  });

  it('never throws while it is compiled, whatever is written', () => {
    const token = fc.constantFrom(
      'account',
      '.',
      'upn',
      '(',
      ')',
      '[',
      ']',
      '"',
      "'",
      ' ',
      '1',
      '+',
      '==',
      '{',
      '}',
      ',',
      '?',
      ':',
      'in',
      'x',
      '.map(',
      'has(',
      '!',
      '-',
      '&&',
      'type',
      '\\',
      '\u202e',
    );
    fc.assert(
      fc.property(
        fc.array(token, { maxLength: 25 }).map((parts) => parts.join('')),
        (text) => typeof names.compile(text).ok === 'boolean',
      ),
      { numRuns: 300 },
    );
  });
});

describe('a text', () => {
  const text = (source: string): unknown => {
    const compiled = compileText(source, names);
    return compiled.ok ? compiled.evaluate(scope) : compiled.message;
  };

  it('that is one expression keeps its type', () => {
    expect(text('${{ incident.number }}')).toBe(4711);
    expect(text('${{ account }}')).toEqual(account);
  });

  it('is written out when there is more in it', () => {
    expect(text('#${{ incident.number }}: ${{ ticket.score }} ${{ticket.open}}')).toBe('#4711: 2 true');
    expect(text(' ${{ incident.number }}')).toBe(' 4711');
    expect(text('no expression $ { {{ }}')).toBe('no expression $ { {{ }}');
  });

  it('ends an expression at the braces that are its own', () => {
    expect(text('${{ {"a": {"b": "}}"}}["a"]["b"] }}!')).toBe('}}!');
    expect(text("${{ '\\'}}' }}")).toBe("'}}");
  });

  it('does not evaluate what a value holds', () => {
    expect(text('<${{ incident.title }}>')).toBe('<Impossible ${{ travel }}>');
  });

  it('refuses lists and maps inside it', () => {
    expect(text('to ${{ ips }}')).toBe('a list cannot stand inside text');
    expect(text('to ${{ account }}')).toBe('a map cannot stand inside text');
    expect(() => text('to ${{ ticket.more }}')).toThrow('only text, numbers and true or false can stand inside text');
  });

  it('may be bare where only an expression makes sense', () => {
    for (const source of ['ticket.open', '${{ ticket.open }}', ' ${{ ticket.open }} ']) {
      const compiled = compileBare(source, names);
      expect(compiled.ok && compiled.evaluate(scope)).toBe(true);
    }
  });
});

describe('like', () => {
  it.each([
    ['alice@contoso.com', '*@contoso.com', true],
    ['alice@contoso.com.example.net', '*@contoso.com', false],
    ['WKS01', 'wks??', true],
    ['WKS1', 'wks??', false],
    ['', '*', true],
    ['', '?', false],
    ['a.b', 'a.b', true],
    ['axb', 'a.b', false],
    ['aXbXc', 'a*b*c', true],
    ['a😀b', 'a?b', true],
  ])('%s like %s is %s', (given, glob, expected) => {
    expect(like(given, glob)).toBe(expected);
  });

  it('takes no time on the pattern that hangs regular expressions', () => {
    const start = performance.now();
    expect(like('a'.repeat(20_000), `${'a*'.repeat(50)}b`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1_000);
  });

  it('agrees with a simple definition', () => {
    const simple = (text: string, glob: string): boolean => {
      if (glob === '') return text === '';
      if (glob[0] === '*') return simple(text, glob.slice(1)) || (text !== '' && simple(text.slice(1), glob));
      return text !== '' && (glob[0] === '?' || glob[0] === text[0]) && simple(text.slice(1), glob.slice(1));
    };
    const word = (letters: readonly string[]) => fc.array(fc.constantFrom(...letters), { maxLength: 8 }).map((parts) => parts.join(''));
    fc.assert(fc.property(word(['a', 'b']), word(['a', 'b', '*', '?']), (text, glob) => like(text, glob) === simple(text, glob)));
  });
});

describe('a duration', () => {
  it.each([
    ['30s', 30_000],
    ['5m', 300_000],
    ['4h', 14_400_000],
    [' 2d ', 172_800_000],
    ['365d', 31_536_000_000],
    ['366d', null],
    ['0s', null],
    ['5', null],
    ['5 m', null],
    ['1h30m', null],
    ['-5m', null],
    ['5M', null],
  ])('%s is %s ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
});
