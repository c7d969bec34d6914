package io.autodiff.nd4j.ops;

/**
 * The counter-based generator Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 * A block of 128 random bits is a function of a 128-bit counter and a 64-bit key.
 */
final class Philox {
    private static final long MULTIPLIER_0 = 0xD2511F53L;
    private static final long MULTIPLIER_1 = 0xCD9E8D57L;
    private static final int WEYL_0 = 0x9E3779B9;
    private static final int WEYL_1 = 0xBB67AE85;
    private static final long LOW = 0xFFFFFFFFL;
    private static final int ROUNDS = 10;

    private Philox() {}

    /** Half of a block at a position: 64 bits, one of two words. Each position has blocks of its own for repeated attempts. */
    static long bits(long key, long position, int attempt, int word) {
        int[] block = block((int) position, (int) (position >>> 32), attempt, 0, (int) key, (int) (key >>> 32));
        return ((long) block[2 * word] << 32) | (block[2 * word + 1] & LOW);
    }

    static int[] block(int c0, int c1, int c2, int c3, int key0, int key1) {
        int a = c0;
        int b = c1;
        int c = c2;
        int d = c3;
        int k0 = key0;
        int k1 = key1;
        for (int round = 0; round < ROUNDS; round++) {
            long product0 = MULTIPLIER_0 * (a & LOW);
            long product1 = MULTIPLIER_1 * (c & LOW);
            a = (int) (product1 >>> 32) ^ b ^ k0;
            b = (int) product1;
            c = (int) (product0 >>> 32) ^ d ^ k1;
            d = (int) product0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        return new int[] {a, b, c, d};
    }
}
