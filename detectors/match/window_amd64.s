#include "textflag.h"

DATA indexed<>+0(SB)/4, $0x1f1f3f1f
GLOBL indexed<>(SB), RODATA|NOPTR, $4

// What each byte of a window counts in its half of the index, and each half in the whole.
DATA bytes<>+0(SB)/4, $0x20012001
GLOBL bytes<>(SB), RODATA|NOPTR, $4
DATA halves<>+0(SB)/4, $0x08000001
GLOBL halves<>(SB), RODATA|NOPTR, $4

DATA topBit<>+0(SB)/4, $31
GLOBL topBit<>(SB), RODATA|NOPTR, $4

// MARK marks 32 bytes at an offset. Each step is done for the windows at 0, 4, 8, ...
// and for those at 2, 6, 10, ...: mask the bytes; index; which word of the set, and by
// how much to shift that to have the index's bit at the top; load (the register is
// cleared first, since a gather waits for what it had); shift; move the top bits to
// those of bytes 0 and 2, and collect them.
#define MARK(at, marks) \
	VPAND      at(SI), Y8, Y0     \
	VPAND      at+2(SI), Y8, Y1   \
	VPMADDUBSW Y9, Y0, Y0         \
	VPMADDUBSW Y9, Y1, Y1         \
	VPMADDWD   Y10, Y0, Y0        \
	VPMADDWD   Y10, Y1, Y1        \
	VPSRLD     $5, Y0, Y2         \
	VPSRLD     $5, Y1, Y3         \
	VPANDN     Y11, Y0, Y0        \
	VPANDN     Y11, Y1, Y1        \
	VPXOR      Y4, Y4, Y4         \
	VPXOR      Y5, Y5, Y5         \
	VPCMPEQD   Y6, Y6, Y6         \
	VPCMPEQD   Y7, Y7, Y7         \
	VPGATHERDD Y6, (AX)(Y2*4), Y4 \
	VPGATHERDD Y7, (AX)(Y3*4), Y5 \
	VPSLLVD    Y0, Y4, Y4         \
	VPSLLVD    Y1, Y5, Y5         \
	VPSRLD     $24, Y4, Y4        \
	VPSRLD     $8, Y5, Y5         \
	VPBLENDW   $0xaa, Y5, Y4, Y4  \
	VPMOVMSKB  Y4, marks

// func markAVX2(set *windowSet, text *byte, marks *uint64, blocks int)
TEXT ·markAVX2(SB), NOSPLIT, $0-32
	MOVQ         set+0(FP), AX
	MOVQ         text+8(FP), SI
	MOVQ         marks+16(FP), DI
	MOVQ         blocks+24(FP), CX
	VPBROADCASTD indexed<>(SB), Y8
	VPBROADCASTD bytes<>(SB), Y9
	VPBROADCASTD halves<>(SB), Y10
	VPBROADCASTD topBit<>(SB), Y11

loop:
	MARK(0, DX)
	MARK(32, BX)
	SHLQ $32, BX
	ORQ  BX, DX
	MOVQ DX, (DI)
	ADDQ $64, SI
	ADDQ $8, DI
	DECQ CX
	JNZ  loop
	VZEROUPPER
	RET
