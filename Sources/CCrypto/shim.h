#pragma once
// The functions on a context that the caller holds. OpenSSL 3 recommends EVP in their place, which allocates a context and
// looks an algorithm up for each digest: more than the digest of a command costs.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
// For Tests/Benchmarks/LedgerScale, whose stores SQL has filled.
#include <openssl/md5.h>
