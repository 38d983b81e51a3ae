#!/usr/bin/env bash
# Whether options that a file or a job would keep hold a secret: options-secrets.sh NAME OPTIONS…
# The rule is that of Sources/Secrets. What is found is named, never shown; status 64.
set -euo pipefail
name=$1
shift
options=" $* "

refuse() {
  echo "options-secrets.sh: $name holds $1, which would be kept with the run; $2" >&2
  exit 64
}

# The value of --header is one only where it does not say where the value is.
rest=$options
while [[ $rest =~ \ --header[\ =]+[\"\']?([^\ =]*)=([^\ ]*)(\ .*)$ ]]; do
  rest=${BASH_REMATCH[3]}
  if [[ ${BASH_REMATCH[2]} != @* && ${BASH_REMATCH[2]} != env:* ]]; then
    refuse "the value of a header" "give it as --header ${BASH_REMATCH[1]}=@FILE or ${BASH_REMATCH[1]}=env:VARIABLE"
  fi
done

if [[ $options =~ \ --api-key[\ =] ]]; then
  refuse "the value of --api-key" "give it by the variable of the environment that the server reads, such as VLLM_API_KEY"
fi

rest=$options
while [[ $rest =~ ://([^\ \"\']*)(.*)$ ]]; do
  url=${BASH_REMATCH[1]} rest=${BASH_REMATCH[2]}
  if [[ ${url%%\?*} == *@* ]]; then
    refuse "a password in a URL" "give it as --header Authorization=@FILE or Authorization=env:VARIABLE"
  fi
  [[ $url == *\?* ]] || continue
  IFS='&' read -ra parameters <<<"${url#*\?}"
  for parameter in "${parameters[@]}"; do
    key=${parameter%%=*}
    if [[ $parameter == *=* && ! ${key,,} =~ ^(api-)?version$ ]]; then
      refuse "the parameter \"$key\" of a URL" "give keys as --header NAME=@FILE or NAME=env:VARIABLE"
    fi
  done
done

# Members of --extra-body, and texts that look like keys wherever they stand.
lower=${options,,}
member='"[^"]*(key|secret|password|passwd|authorization|credential|cookie)[^"]*" *: *"'
short='"(auth|sig|signature|code|pwd|pass|[^"]*token)" *: *"'
if [[ $lower =~ $member || $lower =~ $short ]]; then
  refuse "a member of a JSON object that is called as secrets are" "give keys as --header NAME=@FILE or NAME=env:VARIABLE"
fi
key="[ =\"':](sk-|hf_|ghp_|gsk_|xai-|nvapi-|AIza)[A-Za-z0-9_-]{4}"
if [[ $options =~ $key || $options =~ [\ =\"\':](Bearer|Basic)\  ]]; then
  refuse "what looks like a key" "give it as --header NAME=@FILE or NAME=env:VARIABLE"
fi
