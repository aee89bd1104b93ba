# fish completion for maglevc, written by `maglevc completion fish`
function __maglevc_candidates
    set -l words (commandline -opc) (commandline -ct)
    maglevc --complete $words[2..-1] 2> /dev/null
end
complete -c maglevc -f -a '(__maglevc_candidates)'
complete -c maglevc -l tls-ca -r -F
complete -c maglevc -l tls-cert -r -F
complete -c maglevc -l tls-key -r -F
complete -c maglevc -l token-file -r -F
