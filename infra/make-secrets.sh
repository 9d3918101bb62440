#!/bin/sh
# Makes the passwords that compose.yaml mounts, each in a file of its own; what is there already stays as it is.
# usage: infra/make-secrets.sh [FOLDER]
set -eu
umask 077
folder="${1:-$(dirname "$0")/secrets}"
mkdir -p "$folder"
# Others on this machine cannot enter the folder; in a container each file is read by a user that owns none of them.
chmod 700 "$folder"
cd "$folder"

put() {
  if [ ! -s "$1" ]; then
    printf '%s\n' "$2" >"$1.new"
    mv "$1.new" "$1"
  fi
  chmod 444 "$1"
}
# Letters and digits alone: they stand in addresses too.
password() { openssl rand -hex 24; }

put mongodb_root_password "$(password)"
put mongodb_password "$(password)"
put mongodb_keyfile "$(openssl rand -base64 512 | tr -d '\n')"
put mongodb_uri "mongodb://tidemark:$(cat mongodb_password)@mongodb:27017/tidemark?replicaSet=rs0"
put influx_password "$(password)"
put influx_token "$(password)"
put redis_password "$(password)"
put redis_url "redis://tidemark:$(cat redis_password)@redis:6379/0"
# The file of Redis' users: ours may do what a queue does and can neither change the server nor empty it.
put redis_users "user default off
user health on nopass nocommands +ping
user tidemark on >$(cat redis_password) allkeys allchannels +@all -@admin -@dangerous +info"
echo "secrets are in $(pwd)"
