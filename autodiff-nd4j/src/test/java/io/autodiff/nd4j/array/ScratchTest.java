package io.autodiff.nd4j.array;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** What native code needs while it runs: a little of each thread's own, the rest within the budget. */
class ScratchTest {
    private static final long LARGE = 1L << 20;

    @Test
    void littleIsTheThreadsOwnAndUsedAgain() throws InterruptedException {
        long[] others = new long[1];
        Thread other = new Thread(() -> others[0] = address(Scratch.OWN));
        long own = address(1);
        other.start();
        other.join();
        assertEquals(own, address(Scratch.OWN));
        assertNotEquals(own, others[0]);
        assertEquals(0, own % 64);
        assertEquals(0, address(0));
    }

    private static long address(long bytes) {
        try (Scratch scratch = Scratch.open(bytes)) {
            return scratch.address();
        }
    }

    @Test
    void aUseWithinAnotherHasMemoryOfItsOwn() {
        try (Scratch outer = Scratch.open(100);
                Scratch inner = Scratch.open(100)) {
            assertTrue(Math.abs(outer.address() - inner.address()) >= 100);
        }
    }

    @Test
    void whatIsLargeCountsWhileItIsUsedAndWaitsInThePool() {
        long live;
        try (Scratch scratch = Scratch.open(LARGE)) {
            assertEquals(0, scratch.address() % 64);
            live = MemoryPool.liveBytes();
        }
        // What the collector finds meanwhile makes it less still.
        assertTrue(MemoryPool.liveBytes() <= live - LARGE);
        long again = address(LARGE);
        assertEquals(again, address(LARGE));
    }
}
