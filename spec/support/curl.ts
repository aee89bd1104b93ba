import { execFile, spawnSync } from 'node:child_process';

/** Why curl cannot be tried here; null: it can. */
export const noCurl: string | null =
  spawnSync('curl', ['--version'], { stdio: 'ignore' }).status === 0 ? null : 'curl is not on this machine';

/** Runs curl; gives what it wrote on standard output, with its exit code. It gives up after 20 s. */
export function curl(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve) => {
    execFile('curl', ['-sS', '--max-time', '20', ...args], { encoding: 'utf8' }, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 1);
      resolve({ code, text: code === 0 ? stdout : `${stdout}${stderr}` });
    });
  });
}
