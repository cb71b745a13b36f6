#pragma once
// Nothing to call: what early_signals.c does happens before main().
