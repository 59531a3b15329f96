#!/bin/sh
# The first user is the one the environment names, as in the official image.
set -eu
export RABBITMQ_CONFIG_FILE=/tmp/rabbitmq.conf
{
    echo "loopback_users = none"
    echo "default_user = ${RABBITMQ_DEFAULT_USER:-guest}"
    echo "default_pass = ${RABBITMQ_DEFAULT_PASS:-guest}"
} >"$RABBITMQ_CONFIG_FILE"
exec /usr/lib/rabbitmq/bin/"$@"
