/* All assembly of the house. C has no way to say that memory lies in a section of its own and is
 * not part of the flash image (compilers make a section of data of every named one), nor that one
 * store comes before another; a target's assembler has. Host and browser builds have neither
 * sections nor power cuts. */
#ifndef KN_SECTION_H
#define KN_SECTION_H

#include "types.h"

#if defined(__ELF__) && (defined(__arm__) || (defined(__riscv) && (__riscv_xlen == 32)))
/* Define memory of a type, of so many bytes (a plain number), in the section .neai. */
#define KN_KNOWLEDGE_MEMORY(type, name, bytes)                                                    \
    __asm__(".pushsection .neai,\"aw\",%nobits\n"                                                 \
            ".p2align 3\n"                                                                        \
            ".local " #name "\n"                                                                  \
            ".type " #name ",%object\n"                                                           \
            ".size " #name "," #bytes "\n"                                                        \
            #name ":\n"                                                                           \
            ".space " #bytes "\n"                                                                 \
            ".popsection");                                                                       \
    extern type name
#else
#define KN_KNOWLEDGE_MEMORY(type, name, bytes) static type name
#endif

/* What stands before it in the source is stored before what stands after it. */
#if defined(__GNUC__)
#define KN_IN_THIS_ORDER() __asm__ __volatile__("" ::: "memory")
#else
#define KN_IN_THIS_ORDER() ((void)0)
#endif

#endif
