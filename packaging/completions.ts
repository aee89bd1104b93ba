import {
  completionFile,
  completionFolder,
  completionScript,
  completionShells,
} from '../cli/completion-scripts.js';
import { testerCompletion, testerCompletionFile } from '../tester/completion.js';

/** A script by which a shell completes one of our programs. */
export interface Completion {
  /** The name that the shell looks for. */
  readonly file: string;
  /** Where it looks, on Debian. */
  readonly folder: string;
  readonly script: string;
}

export function completions(): Completion[] {
  return completionShells.flatMap((shell) => {
    const folder = completionFolder[shell];
    return [
      { file: completionFile[shell], folder, script: completionScript(shell) },
      { file: testerCompletionFile[shell], folder, script: testerCompletion(shell) },
    ];
  });
}
