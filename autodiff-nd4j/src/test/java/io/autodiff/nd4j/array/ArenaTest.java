package io.autodiff.nd4j.array;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An arena's memory is the pool's between two uses. */
class ArenaTest {
    private static final long BYTES = 3 << 20;

    @BeforeEach
    void needsOwnMemory() {
        assumeTrue(MemoryPool.ownsMemory(), "values have memory of the engine's own");
    }

    @Test
    void itsMemoryIsLiveWhileItIsOpenAndPooledAfterwards() {
        // More than all else that there is here.
        long most = 200L << 20;
        Arena arena = new Arena(this, most);
        long address = arena.open();
        assertEquals(0, address % 64);
        assertTrue(MemoryPool.liveBytes() >= most);
        arena.close();
        assertTrue(MemoryPool.pooledBytes() >= most);
        assertTrue(MemoryPool.liveBytes() < most);
        assertEquals(address, arena.open());
        assertTrue(MemoryPool.liveBytes() >= most);
        assertTrue(MemoryPool.pooledBytes() < most);
        arena.close();
    }

    @Test
    void withoutBytesItNeedsNoMemory() {
        Arena arena = new Arena(this, 0);
        long pooled = MemoryPool.pooledBytes();
        assertEquals(0, arena.open());
        arena.close();
        assertEquals(pooled, MemoryPool.pooledBytes());
    }

    @Test
    void twoHaveMemoryOfTheirOwn() {
        Arena one = new Arena(this, BYTES);
        Arena two = new Arena(this, BYTES);
        long first = one.open();
        long second = two.open();
        assertNotEquals(first, second);
        assertTrue(Math.abs(first - second) >= BYTES);
        one.close();
        two.close();
    }

    @Test
    void itsMemoryGoesWithItsUser() throws InterruptedException {
        Arena arena = new Arena(new Object(), BYTES);
        arena.open();
        arena.close();
        for (int attempt = 0; attempt < 100 && arena.block != null; attempt++) {
            System.gc();
            Thread.sleep(10);
            assertTrue(MemoryPool.pooledBytes() >= 0);
        }
        assertNull(arena.block);
    }
}
