#!/bin/sh
# A compiler that writes half of its output and then waits for a process of its own, as a driver does. It notes both process ids
# in the file SLOW_COMPILER_IDS; with SLOW_COMPILER_STUBBORN neither ends when it is asked to.
case "$1" in
--version) echo "slow 1.0" ;;
-march=native) printf '#define %s 1\n' __x86_64__ __FMA__ __AVX2__ ;;
*)
  while [ "$1" != "-o" ]; do shift; done
  printf half >"$2"
  [ -z "$SLOW_COMPILER_STUBBORN" ] || trap '' TERM
  sleep 600 &
  echo "$$ $!" >"$SLOW_COMPILER_IDS.new"
  mv "$SLOW_COMPILER_IDS.new" "$SLOW_COMPILER_IDS"
  wait
  ;;
esac
