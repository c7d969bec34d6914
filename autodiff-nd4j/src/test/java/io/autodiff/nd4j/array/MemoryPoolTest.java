package io.autodiff.nd4j.array;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.autodiff.DType;
import io.autodiff.Shape;
import io.autodiff.op.TensorSpec;
import java.lang.ref.Reference;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Native memory goes from one value to the next, and never to two at once. */
@SuppressWarnings("ReachabilityFenceUsage") // where a test fails, nothing has to live on
class MemoryPoolTest {
    private static final TensorSpec SPEC = new TensorSpec(DType.FLOAT64, Shape.of(100, 70));

    private final Object owner = new Object();

    @Test
    void eachSizeGetsTheSmallestBlockThatHoldsIt() {
        for (long bytes = 1; bytes < 1L << 40; bytes += 1 + bytes / 7) {
            int sizeClass = MemoryPool.sizeClass(bytes);
            assertTrue(MemoryPool.size(sizeClass) >= bytes, "bytes " + bytes);
            assertTrue(sizeClass == 0 || MemoryPool.size(sizeClass - 1) < bytes, "bytes " + bytes);
            assertTrue(MemoryPool.size(sizeClass) <= Math.max(64, bytes + Math.max(64, bytes / 8)), "bytes " + bytes);
        }
    }

    @Test
    void memoryIsUsedAgainByAnotherShapeOfAboutItsSize() {
        Memory first = MemoryPool.allocate(owner, SPEC);
        long address = first.address();
        assertEquals(0, address % 64);
        first.free();
        Memory second = MemoryPool.allocate(owner, new TensorSpec(DType.FLOAT32, Shape.of(13990)));
        assertEquals(address, second.address());
        Memory third = MemoryPool.allocate(owner, SPEC);
        assertNotEquals(address, third.address());
        first.free();
        assertNotEquals(address, MemoryPool.allocate(owner, SPEC).address(), "it was given back twice");
        second.free();
        third.free();
        Reference.reachabilityFence(owner);
    }

    @Test
    void theArrayOverMemoryIsMadeOnceAndCannotBeClosedByWhoBorrowsIt() {
        Memory memory = MemoryPool.allocate(owner, SPEC);
        INDArray array = memory.array();
        assertSame(array, memory.array());
        assertArrayEquals(new long[] {100, 70}, array.shape());
        assertFalse(array.isView());
        assertFalse(array.closeable());
        array.assign(3);
        array.putScalar(1, 2, 7);
        assertEquals(7, memory.doubles()[72]);
        memory.free();
        Reference.reachabilityFence(owner);
    }

    @Test
    void elementsGoInAndOut() {
        TensorSpec two = new TensorSpec(DType.FLOAT32, Shape.of(2));
        for (DType dtype : DType.values()) {
            Memory memory = MemoryPool.allocate(owner, new TensorSpec(dtype, Shape.of(2)));
            memory.set(dtype == DType.BOOL ? new boolean[] {false, true} : new double[] {0, 1});
            assertArrayEquals(new double[] {0, 1}, memory.doubles(), dtype.toString());
            assertArrayEquals(new float[] {0, 1}, memory.floats(), dtype.toString());
            assertEquals(1, memory.array().getDouble(1), dtype.toString());
            if (!dtype.isFloating()) {
                assertArrayEquals(new long[] {0, 1}, memory.longs());
            }
            memory.free();
        }
        Memory memory = MemoryPool.allocate(owner, two);
        memory.set(Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}}).getColumn(1));
        assertArrayEquals(new float[] {2, 4}, memory.floats());
        assertThrows(IllegalArgumentException.class, () -> memory.set(new float[3]));
        memory.free();
        Reference.reachabilityFence(owner);
    }

    @Test
    void whatAKernelAllocatesEndsWithItsRunUnlessItIsAResult() {
        INDArray temporary;
        Memory result;
        Memory again;
        long freed;
        try (KernelMemory run = KernelMemory.open()) {
            temporary = NdArrays.allocate(SPEC).assign(1);
            freed = NdArrays.address(temporary);
            INDArray z = NdArrays.allocate(SPEC).assign(2);
            TensorSpec flat = new TensorSpec(DType.FLOAT64, Shape.of(7000));
            result = run.adopt(owner, flat, z.reshape('c', new long[] {7000}));
            // A second output of the same memory gets a copy.
            again = run.adopt(owner, SPEC, z);
        }
        assertNotEquals(NdArrays.address(result.array()), NdArrays.address(again.array()));
        again.array().assign(5);
        assertEquals(2, result.doubles()[6999]);
        assertArrayEquals(new long[] {7000}, result.array().shape());
        Memory next = MemoryPool.allocate(owner, SPEC);
        assertEquals(freed, next.address());
        assertSame(temporary, next.array());
        next.free();
        result.free();
        again.free();
        Reference.reachabilityFence(owner);
    }

    @Test
    void outsideAKernelArraysAreNd4js() {
        INDArray array = NdArrays.allocate(SPEC);
        assertTrue(array.closeable());
        array.close();
        try (KernelMemory run = KernelMemory.open()) {
            INDArray made = Nd4j.createFromArray(new double[] {1, 2, 3});
            INDArray view = made.get(NDArrayIndex.interval(1, 3));
            assertArrayEquals(new double[] {2, 3}, NdArrays.doubles(view));
            Memory memory = run.adopt(owner, new TensorSpec(DType.FLOAT64, Shape.of(3)), made);
            assertEquals(0, memory.address());
            assertSame(made, memory.array());
            memory.free();
            assertTrue(made.wasClosed());
        }
        Reference.reachabilityFence(owner);
    }

    @Test
    void memoryThatGoesOverToAnotherOwnerIsNotGivenBackByTheFirst() {
        Object next = new Object();
        Memory first = MemoryPool.allocate(owner, SPEC);
        Memory second = first.handOver(next, new TensorSpec(DType.FLOAT64, Shape.of(70, 100)));
        assertEquals(first.address(), second.address());
        first.free();
        Memory other = MemoryPool.allocate(owner, SPEC);
        assertNotEquals(second.address(), other.address());
        assertNotSame(second.array(), other.array());
        assertArrayEquals(new long[] {70, 100}, second.array().shape());
        assertThrows(
                IllegalArgumentException.class,
                () -> second.handOver(next, new TensorSpec(DType.FLOAT32, Shape.of(70, 100))));
        second.free();
        other.free();
        Reference.reachabilityFence(owner);
        Reference.reachabilityFence(next);
    }
}
