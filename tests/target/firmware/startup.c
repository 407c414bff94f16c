/* Start-up for QEMU's mps2-an386 (Cortex-M4F): vectors, memory, floating-point unit, exit code. */
#include <stdint.h>

extern uint32_t _stack, _data_load, _data_start, _data_end, _bss_start, _bss_end;
int main(void);
void reset(void);

static void semihosting(int operation, const void *argument)
{
    register int r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

static void leave(int code)
{
    const uint32_t block[2] = {0x20026u, (uint32_t)code};
    semihosting(0x20, block); /* SYS_EXIT_EXTENDED */
    for (;;) {
    }
}

static void fault(void)
{
    leave(99);
}

void report(const char *words, int value)
{
    char line[32];
    int n = 0;
    while (words[n] != '\0' && n < 24) {
        line[n] = words[n];
        n++;
    }
    line[n++] = ' ';
    line[n++] = (char)('0' + (value > 9 ? 9 : value));
    line[n++] = '\n';
    line[n] = '\0';
    semihosting(0x04, line); /* SYS_WRITE0 */
}

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
    &_stack, reset, fault, fault, fault, fault, fault,
};

void reset(void)
{
    uint32_t *from = &_data_load, *to;
    for (to = &_data_start; to < &_data_end;) {
        *to++ = *from++;
    }
    for (to = &_bss_start; to < &_bss_end;) {
        *to++ = 0u;
    }
    *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20; /* CPACR: full access to the unit */
    __asm__ volatile("dsb\n isb");
    leave(main());
}
