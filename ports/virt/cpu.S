/*
 * cpu.S - what cannot be said in C: switching stacks, and entering a trap
 * SPDX-License-Identifier: MIT
 */
	.text

/* void cpu_switch(void **save, void *load): a call that returns on another stack.  Only the
 * registers that the calling convention preserves are kept: the caller has kept the others. */
	.globl cpu_switch
	.balign 4
cpu_switch:
	addi sp, sp, -64
	sw ra, 0(sp)
	sw s0, 4(sp)
	sw s1, 8(sp)
	sw s2, 12(sp)
	sw s3, 16(sp)
	sw s4, 20(sp)
	sw s5, 24(sp)
	sw s6, 28(sp)
	sw s7, 32(sp)
	sw s8, 36(sp)
	sw s9, 40(sp)
	sw s10, 44(sp)
	sw s11, 48(sp)
	sw sp, 0(a0)
	mv sp, a1
	lw ra, 0(sp)
	lw s0, 4(sp)
	lw s1, 8(sp)
	lw s2, 12(sp)
	lw s3, 16(sp)
	lw s4, 20(sp)
	lw s5, 24(sp)
	lw s6, 28(sp)
	lw s7, 32(sp)
	lw s8, 36(sp)
	lw s9, 40(sp)
	lw s10, 44(sp)
	lw s11, 48(sp)
	addi sp, sp, 64
	ret

/* Where an exception leads.  There is no way back, and the stack may be what failed. */
	.globl cpu_trap
	.balign 4
cpu_trap:
	la sp, trap_stack_end
	csrr a0, mcause
	csrr a1, mepc
	csrr a2, mtval
	j board_trap

	.bss
	.balign 16
	.space 1024
trap_stack_end:
