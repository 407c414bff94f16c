/* The knowledge of a library: one block without pointers, which firmware may copy away and back.
 * It tells by itself whether it is whole: magic word, layout, the library's identity, no mark of a
 * change under way, and a CRC over all of it. */
#ifndef KN_KNOWLEDGE_H
#define KN_KNOWLEDGE_H

#include "calibration.h"
#include "crc.h"
#include "section.h"

#define KN_KNOWLEDGE_MAGIC 0x4B4E474Cu
#define KN_KNOWLEDGE_LAYOUT 1u
#define KN_IDENTITY_LENGTH 24u

typedef struct {
    uint32_t magic;             /* KN_KNOWLEDGE_MAGIC */
    uint32_t layout;            /* KN_KNOWLEDGE_LAYOUT */
    char identity[24];          /* NEAI_ID of the library, without the zero at its end */
    uint32_t dirty;             /* 1 while a change is under way */
    uint32_t learned;           /* signals learned; stays at its largest value */
    uint32_t minimum;           /* signals that should be learned */
    float sensitivity;          /* above 0 to 100 */
    kn_calibration calibration; /* which scores are usual */
} kn_knowledge;

/* The CRC is the last word of a knowledge of so many bytes. */
KN_HELPER uint32_t *kn_knowledge_crc(kn_knowledge *knowledge, uint32_t bytes)
{
    return (uint32_t *)(void *)((uint8_t *)knowledge + (bytes - 4u));
}

/* 1 where the knowledge is whole and of this library, else 0. */
KN_STEP int kn_knowledge_is_whole(kn_knowledge *knowledge, const char *identity, uint32_t bytes)
{
    uint32_t i;
    if ((knowledge->magic != KN_KNOWLEDGE_MAGIC) || (knowledge->layout != KN_KNOWLEDGE_LAYOUT) ||
        (knowledge->dirty != 0u)) {
        return 0;
    }
    for (i = 0; i < KN_IDENTITY_LENGTH; i++) {
        if (knowledge->identity[i] != identity[i]) {
            return 0;
        }
    }
    return kn_crc((const uint8_t *)knowledge, bytes - 4u) == *kn_knowledge_crc(knowledge, bytes);
}

/* Before a change: a copy taken from here on is refused. */
KN_HELPER void kn_knowledge_open(kn_knowledge *knowledge)
{
    knowledge->dirty = 1u;
    KN_IN_THIS_ORDER();
}

/* After a change: the CRC comes last. */
KN_STEP void kn_knowledge_close(kn_knowledge *knowledge, uint32_t bytes)
{
    KN_IN_THIS_ORDER();
    knowledge->dirty = 0u;
    *kn_knowledge_crc(knowledge, bytes) = kn_crc((const uint8_t *)knowledge, bytes - 4u);
    KN_IN_THIS_ORDER();
}

/* Forget everything; the CRC is still to come. */
KN_STEP void kn_knowledge_clear(kn_knowledge *knowledge, const char *identity, uint32_t minimum,
                                uint32_t bytes)
{
    uint8_t *const all = (uint8_t *)knowledge;
    uint32_t i;
    for (i = 0; i < bytes; i++) {
        all[i] = 0u;
    }
    kn_knowledge_open(knowledge);
    knowledge->magic = KN_KNOWLEDGE_MAGIC;
    knowledge->layout = KN_KNOWLEDGE_LAYOUT;
    for (i = 0; i < KN_IDENTITY_LENGTH; i++) {
        knowledge->identity[i] = identity[i];
    }
    knowledge->minimum = minimum;
    knowledge->sensitivity = 1.0f;
}

#endif
