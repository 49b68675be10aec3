// Reads a YAML file so that every finding can say where it is: value, and the line and column of each part.
// Anchors and aliases are refused: a few lines of them expand to gigabytes, and a reader has to follow them by hand.

import type { Document, Node, Scalar } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { FileProblem } from '../model/errors.ts';
import { messageOf } from '../model/errors.ts';

export type Path = readonly PropertyKey[];

export interface Position {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

/** A YAML file that could be read. */
export interface YamlFile {
  readonly file: string;
  readonly value: unknown;
  /** Where the value at `path` starts; when there is none, where the nearest part above it starts. */
  at(path: Path): Position;
  /** Where the key of the entry at `path` stands. */
  atKey(path: Path): Position;
  /** Where `part` stands in the text at `path`, `offset` characters into it; the start of the text when it is written otherwise. */
  inText(path: Path, part: string, offset: number): Position;
}

const MAX_BYTES = 256 * 1024;
const MAX_DEPTH = 60;

/** Reads one document. What makes it unreadable is returned as problems, never thrown. */
export function readYaml(text: string, file: string): YamlFile | readonly FileProblem[] {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return [{ file, line: 1, column: 1, message: `the file is larger than ${MAX_BYTES / 1024} KB`, hint: 'split it' }];
  }
  const lines = new LineCounter();
  const position = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  try {
    const document = parseDocument(text, { lineCounter: lines, version: '1.2', schema: 'core', prettyErrors: false, stringKeys: true });
    const faults = [...document.errors, ...document.warnings];
    if (faults.length > 0) {
      return faults.slice(0, 20).map((fault) => ({ file, ...position(fault.pos[0]), message: `YAML: ${fault.message}` }));
    }
    const refused = refusedParts(document, file, position);
    if (refused.length > 0) return refused;
    return openFile({ document, file, text, position });
  } catch (error) {
    // The parser is recursive: very deep nesting overflows its stack.
    return [{ file, line: 1, column: 1, message: `YAML: cannot be read: ${messageOf(error)}` }];
  }
}

function refusedParts(document: Document.Parsed, file: string, position: (offset: number) => Position): readonly FileProblem[] {
  const problems: FileProblem[] = [];
  const refuse = (node: Node, message: string, hint: string): symbol => {
    problems.push({ file, ...position(node.range?.[0] ?? 0), message, hint });
    return visit.BREAK;
  };
  visit(document, {
    Node(_key, node, ancestors) {
      if (isAlias(node)) return refuse(node, 'YAML aliases are not allowed', 'write the value out');
      if (node.anchor !== undefined) return refuse(node, 'YAML anchors are not allowed', 'write the value out where it is needed');
      if (ancestors.length > MAX_DEPTH) return refuse(node, `nested deeper than ${MAX_DEPTH} levels`, 'make it flatter');
      return undefined;
    },
  });
  return problems;
}

interface Opened {
  readonly document: Document.Parsed;
  readonly file: string;
  readonly text: string;
  readonly position: (offset: number) => Position;
}

function openFile({ document, file, text, position }: Opened): YamlFile {
  const nodeAt = (path: Path): Node | null => {
    for (let length = path.length; length > 0; length -= 1) {
      const found = document.getIn(path.slice(0, length), true);
      if (isMap(found) || isSeq(found) || isScalar(found)) return found;
    }
    return document.contents;
  };
  const at = (path: Path): Position => position(nodeAt(path)?.range?.[0] ?? 0);
  return {
    file,
    value: document.toJS(),
    at,
    atKey: (path) => {
      const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
      const name = String(path.at(-1));
      if (isMap(parent)) {
        for (const { key } of parent.items) if (isNamed(key, name)) return position(key.range?.[0] ?? 0);
      }
      return at(path);
    },
    inText: (path, part, offset) => {
      const [start, end] = nodeAt(path)?.range ?? [0, 0];
      const found = text.slice(start, end).indexOf(part);
      return position(found < 0 ? start : start + found + Math.min(offset, part.length));
    },
  };
}

function isNamed(key: unknown, name: string): key is Scalar {
  return isScalar(key) && String(key.value) === name;
}
