import { testerFlagRows } from './flags.js';
import { wayNames } from './vip.js';

/** Shells that there is a script for. */
export type TesterShell = 'bash' | 'zsh' | 'fish';

/** What each shell looks for when it completes maglevt. */
export const testerCompletionFile: Readonly<Record<TesterShell, string>> = {
  bash: 'maglevt',
  zsh: '_maglevt',
  fish: 'maglevt.fish',
};

interface Flag {
  readonly name: string;
  /** null: it takes no value. */
  readonly value: string | null;
  readonly help: string;
}

/** `-h, --help` and `--config FILE`, without what stands in parentheses behind the help. */
const flags: readonly Flag[] = testerFlagRows.map(([flag, text]) => {
  const [, name = '', value] = /--([\w-]+)(?: (\S+))?$/.exec(flag) ?? [];
  const help = text.split(/[;(]/)[0]?.trim().replaceAll("'", '') ?? '';
  return { name, value: value ?? null, help };
});

/** The script that lets a shell complete the flags of maglevt. Everything it knows stands in it. */
export function testerCompletion(shell: TesterShell): string {
  switch (shell) {
    case 'bash':
      return bash();
    case 'zsh':
      return zsh();
    case 'fish':
      return fish();
  }
}

const ways = wayNames.map((way) => `${way}/`);

function bash(): string {
  const valued = flags.filter(({ name, value }) => value !== null && name !== 'config' && name !== 'vip');
  return `# bash completion for maglevt, written by \`npm run docs\`
_maglevt() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  COMPREPLY=()
  case $previous in
    --config | -config)
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      ;;
    --vip | -vip)
      compopt -o nospace 2> /dev/null
      mapfile -t COMPREPLY < <(compgen -W '${ways.join(' ')}' -- "$current")
      ;;
    ${valued.map(({ name }) => `--${name} | -${name}`).join(' | ')})
      ;;
    *)
      mapfile -t COMPREPLY < <(compgen -W '${flags.map(({ name }) => `--${name}`).join(' ')}' -- "$current")
      ;;
  esac
}
complete -F _maglevt maglevt
`;
}

function zsh(): string {
  const several = ['config', 'vip'];
  const specs = flags.map(({ name, value, help }) => {
    const text = help.replaceAll(/[[\]:]/g, ' ');
    const star = several.includes(name) ? '*' : '';
    if (value === null) return `'--${name}[${text}]'`;
    const action = name === 'config' ? '_files' : name === 'vip' ? `(${ways.join(' ')})` : ' ';
    return `'${star}--${name}=[${text}]:${value}:${action}'`;
  });
  return `#compdef maglevt
# zsh completion for maglevt, written by \`npm run docs\`
_arguments \\
  ${specs.join(' \\\n  ')}
`;
}

function fish(): string {
  const lines = flags.map(({ name, value, help }) => {
    const takes =
      value === null
        ? ''
        : name === 'config'
          ? ' -r -F'
          : name === 'vip'
            ? ` -x -a '${ways.join(' ')}'`
            : ' -x';
    return `complete -c maglevt -l ${name}${takes} -d '${help}'`;
  });
  return `# fish completion for maglevt, written by \`npm run docs\`
complete -c maglevt -f
${lines.join('\n')}
`;
}
