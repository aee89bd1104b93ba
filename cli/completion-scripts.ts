import { optionsWithFiles, optionsWithValues } from './options.js';

/** Shells that there is a script for. */
export const completionShells = ['bash', 'zsh', 'fish'] as const;

export type CompletionShell = (typeof completionShells)[number];

/** What each shell looks for when it completes maglevc. */
export const completionFile: Readonly<Record<CompletionShell, string>> = {
  bash: 'maglevc',
  zsh: '_maglevc',
  fish: 'maglevc.fish',
};

/** Where each of them looks for it, on Debian. */
export const completionFolder: Readonly<Record<CompletionShell, string>> = {
  bash: '/usr/share/bash-completion/completions',
  zsh: '/usr/share/zsh/vendor-completions',
  fish: '/usr/share/fish/vendor_completions.d',
};

/**
 * The script that lets a shell complete the command lines of maglevc. Words and names come from maglevc itself, at each
 * Tab, so that a script never lags behind the program.
 */
export function completionScript(shell: CompletionShell): string {
  switch (shell) {
    case 'bash':
      return bash();
    case 'zsh':
      return zsh();
    case 'fish':
      return fish();
  }
}

function bash(): string {
  return `# bash completion for maglevc, written by \`maglevc completion bash\`
_maglevc() {
  local current previous line words
  # Words are parted at blanks only, not at the colons and equals signs of addresses.
  line=\${COMP_LINE:0:COMP_POINT}
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  current=\${words[-1]}
  previous=\${words[-2]}
  COMPREPLY=()
  case $previous in
    ${optionsWithFiles.join(' | ')})
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    ${optionsWithValues.join(' | ')})
      return
      ;;
  esac
  local answer text
  while IFS=$'\\t' read -r answer _; do
    printf -v text '%q' "$answer"
    # What readline parts at colons has to be given without the part before them.
    [[ $current == *:* && $COMP_WORDBREAKS == *:* ]] && text=\${text#"\${current%"\${current##*:}"}"}
    COMPREPLY+=("$text")
  done < <(maglevc --complete "\${words[@]:1}" 2> /dev/null)
}
complete -F _maglevc maglevc
`;
}

function zsh(): string {
  return `#compdef maglevc
# zsh completion for maglevc, written by \`maglevc completion zsh\`
_maglevc() {
  local -a values
  local answer help
  case \${words[CURRENT-1]} in
    ${optionsWithFiles.join(' | ')})
      _files
      return
      ;;
    ${optionsWithValues.join(' | ')})
      return
      ;;
  esac
  while IFS=$'\\t' read -r answer help; do
    values+=("\${answer//:/\\\\:}:$help")
  done < <(maglevc --complete "\${(@Q)words[2,CURRENT]}" 2> /dev/null)
  _describe -V maglevc values
}
if [ "$funcstack[1]" = _maglevc ]; then
  _maglevc "$@"
else
  compdef _maglevc maglevc
fi
`;
}

function fish(): string {
  const files = optionsWithFiles.map((name) => `complete -c maglevc -l ${name.slice(2)} -r -F\n`).join('');
  return `# fish completion for maglevc, written by \`maglevc completion fish\`
function __maglevc_candidates
    set -l words (commandline -opc) (commandline -ct)
    maglevc --complete $words[2..-1] 2> /dev/null
end
complete -c maglevc -f -a '(__maglevc_candidates)'
${files}`;
}
