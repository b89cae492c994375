/* A disk that fails: preloaded, it stands between SQLite and the C library for files whose path holds ".db", and lets
 * the n-th call fail, all from the n-th on, or end the process there. Nothing happens until disk_arm is called. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

enum { OPEN = 1, READ = 2, WRITE = 4, SYNC = 8, TRUNCATE = 16, UNLINK = 32, MAP = 64 };
enum { COUNT, ONCE, EVER, KILL, TORN };

/* What is watched: the file of the store, or one of those beside it. */
enum { NONE, STORE, LOG, SHARED, JOURNAL };

#define MOST_FILES 4096
#define MOST_CALLS 65536

static int armed, mode, code, at, kinds, calls;
static char watched[MOST_FILES];
static int of_kind[MOST_CALLS];

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void disk_arm(int new_mode, int new_at, int new_code, int new_kinds) {
    mode = new_mode, at = new_at, code = new_code, kinds = new_kinds, calls = 0, armed = 1;
}

int disk_calls(void) { return calls; }

/* Of which kind the n-th call was, and on what, as one number. */
int disk_kind(int n) { return n > 0 && n <= MOST_CALLS ? of_kind[n - 1] : 0; }

static void die(void) {
    kill(getpid(), SIGKILL);
    pause();
}

/* Count one call; true if it has to fail, with errno set. */
static int fails(int kind, int on) {
    if (!armed || !(kind & kinds)) return 0;
    if (calls < MOST_CALLS) of_kind[calls] = kind * 8 + on;
    calls++;
    if (calls == at && mode == KILL) die();
    if (calls == at ? mode == ONCE || mode == EVER : calls > at && mode == EVER) {
        errno = code;
        return 1;
    }
    return 0;
}

static int is_watched(int fd) { return fd >= 0 && fd < MOST_FILES ? watched[fd] : NONE; }

static int is_store(const char *path) {
    if (!path || !strstr(path, ".db")) return NONE;
    if (strstr(path, "-wal")) return LOG;
    if (strstr(path, "-shm")) return SHARED;
    return strstr(path, "-journal") ? JOURNAL : STORE;
}

static int opened(int fd, const char *path) {
    if (fd >= 0 && fd < MOST_FILES) watched[fd] = (char)is_store(path);
    return fd;
}

static mode_t mode_given(int flags, va_list more) { return flags & O_CREAT ? (mode_t)va_arg(more, int) : 0; }

#define OPENER(name)                                                    \
    int name(const char *path, int flags, ...) {                        \
        va_list more;                                                   \
        va_start(more, flags);                                          \
        mode_t given = mode_given(flags, more);                         \
        va_end(more);                                                   \
        if (is_store(path) && fails(OPEN, is_store(path))) return -1;                   \
        return opened(REAL(name)(path, flags, given), path);            \
    }
OPENER(open)
OPENER(open64)

int close(int fd) {
    if (fd >= 0 && fd < MOST_FILES) watched[fd] = 0;
    return REAL(close)(fd);
}

ssize_t read(int fd, void *to, size_t size) {
    return is_watched(fd) && fails(READ, is_watched(fd)) ? -1 : REAL(read)(fd, to, size);
}

ssize_t pread(int fd, void *to, size_t size, off_t where) {
    return is_watched(fd) && fails(READ, is_watched(fd)) ? -1 : REAL(pread)(fd, to, size, where);
}

ssize_t pread64(int fd, void *to, size_t size, off64_t where) {
    return is_watched(fd) && fails(READ, is_watched(fd)) ? -1 : REAL(pread64)(fd, to, size, where);
}

/* A write that fails may have written its beginning; so does one in which the process dies. */
#define WRITER(fd, whole, half)                                         \
    if (is_watched(fd)) {                                               \
        if (fails(WRITE, is_watched(fd))) {                             \
            int kept = errno;                                           \
            if (size > 1) (void)!(half);                                \
            errno = kept;                                               \
            return -1;                                                  \
        }                                                               \
        if (armed && mode == TORN && calls == at && (kinds & WRITE)) {  \
            (void)!(half);                                              \
            die();                                                      \
        }                                                               \
    }                                                                   \
    return whole;

ssize_t write(int fd, const void *from, size_t size) {
    WRITER(fd, REAL(write)(fd, from, size), REAL(write)(fd, from, size / 2))
}

ssize_t pwrite(int fd, const void *from, size_t size, off_t where) {
    WRITER(fd, REAL(pwrite)(fd, from, size, where), REAL(pwrite)(fd, from, size / 2, where))
}

ssize_t pwrite64(int fd, const void *from, size_t size, off64_t where) {
    WRITER(fd, REAL(pwrite64)(fd, from, size, where), REAL(pwrite64)(fd, from, size / 2, where))
}

int fsync(int fd) { return is_watched(fd) && fails(SYNC, is_watched(fd)) ? -1 : REAL(fsync)(fd); }

int fdatasync(int fd) { return is_watched(fd) && fails(SYNC, is_watched(fd)) ? -1 : REAL(fdatasync)(fd); }

int ftruncate(int fd, off_t size) { return is_watched(fd) && fails(TRUNCATE, is_watched(fd)) ? -1 : REAL(ftruncate)(fd, size); }

int ftruncate64(int fd, off64_t size) { return is_watched(fd) && fails(TRUNCATE, is_watched(fd)) ? -1 : REAL(ftruncate64)(fd, size); }

int unlink(const char *path) { return is_store(path) && fails(UNLINK, is_store(path)) ? -1 : REAL(unlink)(path); }

void *mmap64(void *address, size_t size, int protection, int flags, int fd, off64_t where) {
    if (is_watched(fd) && fails(MAP, is_watched(fd))) return MAP_FAILED;
    return REAL(mmap64)(address, size, protection, flags, fd, where);
}
