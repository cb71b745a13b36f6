// glibc's own header of its allocator, which Swift's Glibc module leaves out.
#include <malloc.h>
