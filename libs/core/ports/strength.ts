/** 128 bits of strength, in bits of an RSA modulus (NIST SP 800-57 part 1, table 2): what is shorter signs nothing that is believed. */
export const RSA_BITS_MIN = 3072;
