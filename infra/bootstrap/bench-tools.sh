#!/bin/sh
# wrk, which asks as fast as it is answered, for measuring. As root on Debian it is installed; anyone else is told.
set -u

command -v wrk >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "apt-get install wrk" >&2
  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends wrk; } >/dev/null
  command -v wrk >/dev/null 2>&1 && exit 0
fi
echo "Thiếu wrk để đo. Hãy cài đặt: apt-get install wrk" >&2
echo "Measuring needs wrk. Install it: apt-get install wrk" >&2
exit 1
