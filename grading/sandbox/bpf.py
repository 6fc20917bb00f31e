"""An assembler for the few classic BPF instructions that a seccomp filter needs."""

from __future__ import annotations

import struct
from dataclasses import dataclass

_LOAD_WORD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_JUMP_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_JUMP_GREATER = 0x25  # BPF_JMP | BPF_JGT | BPF_K
_JUMP_ANY_BIT = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K

NUMBER_OFFSET = 0
ARCHITECTURE_OFFSET = 4


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction; the jumps count the instructions to skip."""

    code: int
    operand: int
    jump_true: int = 0
    jump_false: int = 0

    def encode(self) -> bytes:
        """Return the instruction as the kernel's `struct sock_filter`."""
        return struct.pack("=HBBI", self.code, self.jump_true, self.jump_false, self.operand)


Program = list[Instruction]


def load(offset: int) -> Instruction:
    """Load the 32-bit word at `offset` of `struct seccomp_data`."""
    return Instruction(_LOAD_WORD, offset)


def low_word(argument: int) -> int:
    """Return the offset of the low half of system call argument `argument` (little endian)."""
    return 16 + 8 * argument


def high_word(argument: int) -> int:
    """Return the offset of the high half of system call argument `argument`."""
    return low_word(argument) + 4


def give(action: int) -> Instruction:
    """End with `action`."""
    return Instruction(_RETURN, action)


def mask(bits: int) -> Instruction:
    """Keep only `bits` of the loaded word."""
    return Instruction(_AND, bits)


def if_equal(value: int, then: Program) -> Program:
    """Run `then` if the loaded word is `value`, otherwise skip it."""
    return [Instruction(_JUMP_EQUAL, value, 0, len(then)), *then]


def if_not_equal(value: int, then: Program) -> Program:
    """Run `then` unless the loaded word is `value`."""
    return [Instruction(_JUMP_EQUAL, value, len(then), 0), *then]


def if_above(value: int, then: Program) -> Program:
    """Run `then` if the loaded word is greater than `value`, unsigned."""
    return [Instruction(_JUMP_GREATER, value, 0, len(then)), *then]


def if_any_bit(bits: int, then: Program) -> Program:
    """Run `then` if the loaded word has any of `bits`."""
    return [Instruction(_JUMP_ANY_BIT, bits, 0, len(then)), *then]


def encode(program: Program) -> bytes:
    """Return the program as an array of `struct sock_filter`."""
    return b"".join(instruction.encode() for instruction in program)
