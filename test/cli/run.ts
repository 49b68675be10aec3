// Runs the command line in a folder of its own and keeps what it says.
import { picket } from '../../src/cli/picket.ts';
import { folder } from '../config/load.ts';

export async function run(args: readonly string[], env: Record<string, string> = {}, cwd = folder()) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await picket(args, { cwd, env, out: (text) => void out.push(text), err: (text) => void err.push(text) });
  return { code, out: out.join('\n'), err: err.join('\n') };
}
