#!/usr/bin/env bash
# The flags with which the parts of a static Foundation find each other, whatever else was compiled how. As one group: each of them
# needs some of the others, and in which order the objects name them depends on what was compiled anew.
printf -- '-Xlinker --start-group '
for library in _FoundationICU _FoundationCShims _FoundationCollections CoreFoundation; do
    printf -- '-Xlinker -l%s ' "$library"
done
printf -- '-Xlinker --end-group '
