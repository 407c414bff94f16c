"""Where the memory of the emulated board lies."""

FLASH_START, FLASH_SIZE = 0x0800_0000, 0x10_0000
RAM_START, RAM_SIZE = 0x2000_0000, 0x4_0000
# Apart from RAM, so that a stack that grows too far meets nothing and is noticed.
STACK_START, STACK_SIZE = 0x2100_0000, 0x1_0000
# Functions return here, into flash that the image leaves free: other addresses cannot be executed.
RETURN_ADDRESS, RETURN_SIZE = FLASH_START, 0x100
