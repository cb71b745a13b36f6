#pragma once
// Nothing to call: what this module does happens before main().
