/* The memory functions that a compiler may call on its own, for links without a C library.
 * Written byte by byte: they are for host libraries and test images, never for what ships. */
#include <stddef.h>
#include <stdint.h>

#define KN_MEMORY __attribute__((visibility("hidden"), weak))
/* Without it the compiler would turn the loop of memset into a call of memset. */
#define KN_PLAIN KN_MEMORY __attribute__((no_builtin))

/* Copies n bytes from source to destination; they must not overlap. */
KN_PLAIN void *memcpy(void *restrict destination, const void *restrict source, size_t n)
{
    uint8_t *to = destination;
    const uint8_t *from = source;
    for (size_t i = 0; i < n; i++) {
        to[i] = from[i];
    }
    return destination;
}

/* Copies n bytes from source to destination; they may overlap. */
KN_PLAIN void *memmove(void *destination, const void *source, size_t n)
{
    uint8_t *to = destination;
    const uint8_t *from = source;
    if (to < from) {
        for (size_t i = 0; i < n; i++) {
            to[i] = from[i];
        }
    } else {
        for (size_t i = n; i > 0; i--) {
            to[i - 1] = from[i - 1];
        }
    }
    return destination;
}

/* Sets n bytes to value. */
KN_PLAIN void *memset(void *destination, int value, size_t n)
{
    uint8_t *to = destination;
    for (size_t i = 0; i < n; i++) {
        to[i] = (uint8_t)value;
    }
    return destination;
}

#if defined(__arm__)
/* The names of the Arm run-time ABI (IHI 0043); here memset takes the length before the value. */
#define KN_COPY(name, function)                                                  \
    KN_PLAIN void name(void *destination, const void *source, size_t n)          \
    {                                                                            \
        function(destination, source, n);                                        \
    }
#define KN_SET(name)                                                             \
    KN_PLAIN void name(void *destination, size_t n, int value)                   \
    {                                                                            \
        memset(destination, value, n);                                           \
    }
#define KN_CLEAR(name)                                                           \
    KN_PLAIN void name(void *destination, size_t n)                              \
    {                                                                            \
        memset(destination, 0, n);                                               \
    }
KN_COPY(__aeabi_memcpy, memcpy)
KN_COPY(__aeabi_memcpy4, memcpy)
KN_COPY(__aeabi_memcpy8, memcpy)
KN_COPY(__aeabi_memmove, memmove)
KN_COPY(__aeabi_memmove4, memmove)
KN_COPY(__aeabi_memmove8, memmove)
KN_SET(__aeabi_memset)
KN_SET(__aeabi_memset4)
KN_SET(__aeabi_memset8)
KN_CLEAR(__aeabi_memclr)
KN_CLEAR(__aeabi_memclr4)
KN_CLEAR(__aeabi_memclr8)
#endif

#if defined(_WIN32)
/* What the linker looks for in a library without the C runtime. */
int _fltused;
int __stdcall _DllMainCRTStartup(void *instance, unsigned reason, void *reserved)
{
    (void)instance;
    (void)reason;
    (void)reserved;
    return 1;
}
#endif
