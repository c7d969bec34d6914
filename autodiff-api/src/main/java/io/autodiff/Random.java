package io.autodiff;

import io.autodiff.op.Attributes;
import io.autodiff.spi.Executor;

/**
 * Random tensors. The generator is counter-based: a draw depends on the seed and on how many elements were drawn before, not on
 * the machine, the thread, or when the value is computed.
 *
 * <pre>{@code
 * Random random = Random.seeded(42);
 * Tensor w = random.normal(DType.FLOAT32, 2, 2);        // the same four numbers in each run
 * Tensor u = Random.shared().uniform(DType.FLOAT64, 3);
 * }</pre>
 */
public final class Random {
    /** Odd numbers, the first 2^64 divided by the golden ratio: they spread the seeds of a loop's steps. */
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private static final long NEST = 0xD1342543DE82EF95L;

    private static final Random SHARED = new Random(System.nanoTime() ^ STEP);

    private final Object lock = new Object();

    private long seed;
    private long drawn;

    private Random(long seed) {
        this.seed = seed;
    }

    /**
     * A generator of its own.
     *
     * @param seed any number
     * @return a generator that gives the same tensors for the same seed and the same sequence of calls
     */
    public static Random seeded(long seed) {
        return new Random(seed);
    }

    /** {@return the generator that all code shares; seeded from the clock until {@link #setSeed} is called} */
    public static Random shared() {
        return SHARED;
    }

    /**
     * Starts over.
     *
     * @param newSeed any number
     */
    public void setSeed(long newSeed) {
        synchronized (lock) {
            seed = newSeed;
            drawn = 0;
        }
    }

    /**
     * Numbers of the standard normal distribution.
     *
     * @param dtype floating
     * @param sizes of the tensor's axes; none for a scalar
     * @return the tensor
     * @throws IllegalArgumentException if the dtype is not floating
     */
    public Tensor normal(DType dtype, long... sizes) {
        return draw("random_normal", dtype, Shape.of(sizes));
    }

    /**
     * Numbers that are evenly distributed from 0, inclusive, to 1, exclusive.
     *
     * @param dtype floating
     * @param sizes of the tensor's axes; none for a scalar
     * @return the tensor
     * @throws IllegalArgumentException if the dtype is not floating
     */
    public Tensor uniform(DType dtype, long... sizes) {
        return draw("random_uniform", dtype, Shape.of(sizes));
    }

    /** Key and counter are inputs, fixed now: the value is the same whenever, and however often, it is computed. */
    private Tensor draw(String op, DType dtype, Shape shape) {
        return Executor.execute(
                op,
                Attributes.of("dtype", dtype, "shape", shape),
                key(),
                Functions.hostScalar(DType.INT64, () -> take(shape.elements())));
    }

    /**
     * The seed; in the body of a loop one for each step, since the body is traced once and its counters with it. Steps of loops in
     * loops are told apart, too.
     */
    private Tensor key() {
        Trace trace = Trace.current();
        if (trace == null) {
            return Tensors.of(seed());
        }
        Tensor key = trace.derived(this, DType.INT64, this::key);
        Tensor step = trace.step();
        return step == null ? key : key.mul(NEST).add(step.add(1).mul(STEP));
    }

    private long seed() {
        synchronized (lock) {
            return seed;
        }
    }

    /** The counter, which then goes on by some elements. */
    private long take(long elements) {
        synchronized (lock) {
            long counter = drawn;
            drawn += elements;
            return counter;
        }
    }
}
