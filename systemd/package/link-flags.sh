#!/usr/bin/env bash
# The flags with which the parts of a static Foundation find each other, whatever else was compiled how.
for library in _FoundationICU _FoundationCShims _FoundationCollections CoreFoundation; do
    printf -- '-Xlinker -l%s ' "$library"
done
