#include "startup.h"
#include <signal.h>
#include <string.h>

// A HUP that comes while the program's libraries are still being initialised, which takes some ten milliseconds, would
// end it by the default action, before any line of Swift could say otherwise. Functions in .preinit_array run before
// the initialisers of every library (gABI, «Initialization and Termination Functions»), and with glibc they get the
// arguments of main(). Only for `run`: other commands end by a HUP, as a terminal that closes wants it.
static void ignore_hang_up(int count, char **arguments, char **environment) {
    (void)environment;
    if (count > 1 && strcmp(arguments[1], "run") == 0) {
        signal(SIGHUP, SIG_IGN);
        signal(SIGTSTP, SIG_IGN);
        signal(SIGTTIN, SIG_IGN);
    }
}

__attribute__((section(".preinit_array"), used)) static void (*const early)(int, char **, char **) = ignore_hang_up;
