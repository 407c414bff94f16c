/* A check of memory that finds every single flipped bit, and every burst of up to 32. */
#ifndef KN_CRC_H
#define KN_CRC_H

#include "types.h"

/* CRC-32 (IEEE 802.3, reflected polynomial 0xEDB88320) of count bytes, four bits at a time: a table
 * of 64 bytes. */
KN_STEP uint32_t kn_crc(const uint8_t *bytes, uint32_t count)
{
    static const uint32_t table[16] = {
        0x00000000u, 0x1DB71064u, 0x3B6E20C8u, 0x26D930ACu, 0x76DC4190u, 0x6B6B51F4u,
        0x4DB26158u, 0x5005713Cu, 0xEDB88320u, 0xF00F9344u, 0xD6D6A3E8u, 0xCB61B38Cu,
        0x9B64C2B0u, 0x86D3D2D4u, 0xA00AE278u, 0xBDBDF21Cu};
    uint32_t crc = 0xFFFFFFFFu, i;
    for (i = 0; i < count; i++) {
        crc ^= bytes[i];
        crc = (crc >> 4) ^ table[crc & 15u];
        crc = (crc >> 4) ^ table[crc & 15u];
    }
    return crc ^ 0xFFFFFFFFu;
}

#endif
