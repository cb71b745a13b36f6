// Put before the C library (LD_PRELOAD): a disk that refuses to be written while a file says so.
//
// FAILING_DISK names a folder. While the file `errno` in it holds a number, writes to other files of the folder fail with it: 28
// (ENOSPC) is a full disk, 30 (EROFS) one that the kernel has made read only after an error, which whoever asks is told too.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int refusal_at(const char *path) {
    const char *folder = getenv("FAILING_DISK");
    if (!folder || strncmp(path, folder, strlen(folder)) != 0) return 0;
    char name[4096], number[16] = "";
    snprintf(name, sizeof name, "%s/errno", folder);
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t count = read(file, number, sizeof number - 1);
    close(file);
    return count > 0 ? atoi(number) : 0;
}

static int refusal(int descriptor) {
    char name[64], path[4096];
    snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return refusal_at(path);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (!real) real = (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
    int code = refusal(descriptor);
    if (code) {
        errno = code;
        return -1;
    }
    return real(descriptor, bytes, count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
    return pwrite64(descriptor, bytes, count, offset);
}

int access(const char *path, int mode) {
    static int (*real)(const char *, int);
    if (!real) real = (int (*)(const char *, int))dlsym(RTLD_NEXT, "access");
    if ((mode & W_OK) && refusal_at(path) == EROFS) {
        errno = EROFS;
        return -1;
    }
    return real(path, mode);
}
