#!/bin/sh
# The independent programs with which tests judge what we make. As root on Debian the missing ones are installed
# in one go; anyone else is told their names.
set -u

missing=
need() { # need PACKAGE TEST...: the package, unless the test succeeds
  package=$1
  shift
  "$@" >/dev/null 2>&1 || missing="$missing $package"
}

find_missing() {
  missing=
  need poppler-utils command -v pdfsig
  need qpdf command -v qpdf
  need mupdf-tools command -v mutool
  need xmlsec1 command -v xmlsec1
  need openssl command -v openssl
  need chromium command -v chromium
  need softhsm2 command -v softhsm2-util
  need fonts-noto-core test -e /usr/share/fonts/truetype/noto/NotoSerif-Regular.ttf
}

find_missing
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "apt-get install$missing" >&2
  # shellcheck disable=SC2086 # a list of package names
  { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing; } >/dev/null
  find_missing
fi
[ -z "$missing" ] && exit 0

echo "Thiếu công cụ kiểm thử. Hãy cài đặt: apt-get install$missing" >&2
echo "Tests need more programs. Install them: apt-get install$missing" >&2
exit 1
