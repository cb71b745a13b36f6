#include "startup.h"

// Read by jemalloc before main() (jemalloc(3), «TUNING»). One arena: a record is allocated by a thread of librdkafka and
// freed by one of Swift's, and with an arena for each thread what one frees another cannot use, so that the process
// grows for as long as it runs. Blocks up to 32 KiB pass through caches of each thread, so the one arena is hardly
// contended. What was not used for a second goes back to the system.
const char *malloc_conf = "narenas:1,dirty_decay_ms:1000,muzzy_decay_ms:0";
