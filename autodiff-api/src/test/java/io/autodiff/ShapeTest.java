package io.autodiff;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ShapeTest {
    @Test
    void elementsAreCountedWithoutOverflow() {
        assertEquals(1, Shape.SCALAR.elements());
        assertEquals(6, Shape.of(2, 3).elements());
        assertEquals(0, Shape.of(Long.MAX_VALUE, Long.MAX_VALUE, 0).elements());
        assertThrows(IllegalArgumentException.class, () -> Shape.of(1L << 40, 1L << 40));
        assertThrows(IllegalArgumentException.class, () -> Shape.of(2, -1));
    }

    @Test
    void broadcastingIsNumPys() {
        assertEquals(Shape.of(2, 3), Shape.broadcast(Shape.of(2, 1), Shape.of(3)));
        assertEquals(Shape.of(4, 2, 3), Shape.broadcast(Shape.of(2, 3), Shape.of(4, 1, 1)));
        assertEquals(Shape.of(0, 3), Shape.broadcast(Shape.of(1, 3), Shape.of(0, 1)));
        assertEquals(Shape.of(2), Shape.broadcast(Shape.SCALAR, Shape.of(2)));
        assertNull(Shape.broadcast(Shape.of(2), Shape.of(3)));
        assertNull(Shape.broadcast(Shape.of(0), Shape.of(3)));
    }

    @Test
    void axesMayCountFromTheEnd() {
        assertArrayEquals(new boolean[] {true, false, true}, Shape.of(2, 3, 4).select(0, -1));
        assertArrayEquals(new boolean[] {true, true}, Shape.of(2, 3).select());
        assertThrows(IllegalArgumentException.class, () -> Shape.of(2, 3).select(1, -1));
        assertThrows(IllegalArgumentException.class, () -> Shape.of(2, 3).select(2));
        assertThrows(IllegalArgumentException.class, () -> Shape.SCALAR.select(0));
    }
}
