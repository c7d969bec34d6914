package io.autodiff;

import io.autodiff.op.Attributes;
import io.autodiff.spi.Executor;
import java.util.Arrays;

/**
 * Random tensors. The generator is counter-based: a draw depends on the seed and on how many elements were drawn before, not on
 * the machine, the thread, or when the value is computed.
 *
 * <pre>{@code
 * Random random = Random.seeded(42);
 * Tensor w = random.normal(DType.FLOAT32, 2, 2);        // the same four numbers in each run
 * Tensor u = Random.shared().uniform(DType.FLOAT64, 3);
 * Tensor mask = random.bernoulli(0.9, DType.FLOAT32, 2, 2);      // 1 with probability 0.9, else 0
 * Tensor rows = random.shuffle(w);
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

    /**
     * Numbers of the standard normal distribution that are not beyond 2 on either side: those beyond are drawn again.
     *
     * @param dtype floating
     * @param sizes of the tensor's axes; none for a scalar
     * @return the tensor
     * @throws IllegalArgumentException if the dtype is not floating
     */
    public Tensor truncatedNormal(DType dtype, long... sizes) {
        return draw("random_truncated_normal", dtype, Shape.of(sizes));
    }

    /**
     * Ones with a probability, else zeros.
     *
     * @param probability of 1, from 0 to 1
     * @param dtype any; bool for true and false
     * @param sizes of the tensor's axes; none for a scalar
     * @return the tensor
     * @throws IllegalArgumentException if the probability is none
     */
    public Tensor bernoulli(double probability, DType dtype, long... sizes) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("a probability is from 0 to 1, not " + probability);
        }
        return uniform(DType.FLOAT64, sizes).lt(probability).castTo(dtype);
    }

    /**
     * Classes, drawn with probabilities that are proportional to e^logit.
     *
     * @param logits floating, [batch, classes]; -infinity for a class that is never drawn
     * @param count how many are drawn for each row
     * @return int64 [batch, count], each from 0 to classes - 1; no gradient passes. A row with NaN or +infinity, or of -infinity alone,
     *     throws when computed
     * @throws IllegalArgumentException if the logits are no floating matrix, there is no class, or the count is negative
     */
    public Tensor categorical(Operand logits, int count) {
        long batch = logits.shape().rank() == 2 ? logits.shape().size(0) : 0;
        return Executor.execute(
                "random_categorical",
                Attributes.of("count", (long) count),
                key(),
                counter(batch * Math.max(0, count)),
                logits);
    }

    /**
     * The numbers from 0 to n - 1 in a random order, each order as likely as any other.
     *
     * @param n how many, 0 or more
     * @return int64 [n]
     * @throws IllegalArgumentException if n is negative
     */
    public Tensor permutation(int n) {
        return Sorting.argSort(uniform(DType.FLOAT64, n), 0, false);
    }

    /**
     * The same tensor with what lies along its first axis in a random order. Gradients pass to where it came from.
     *
     * @param x of rank 1 or more
     * @return the tensor
     * @throws IllegalArgumentException if x is a scalar
     */
    public Tensor shuffle(Operand x) {
        long[] column = new long[x.shape().rank()];
        Arrays.fill(column, 1);
        column[x.shape().axis(0)] = x.shape().size(0);
        Tensor order = permutation(Math.toIntExact(x.shape().size(0)));
        return Tensors.takeAlongAxis(x, order.reshape(column).broadcastTo(x.shape()), 0);
    }

    /** Key and counter are inputs, fixed now: the value is the same whenever, and however often, it is computed. */
    private Tensor draw(String op, DType dtype, Shape shape) {
        return Executor.execute(op, Attributes.of("dtype", dtype, "shape", shape), key(), counter(shape.elements()));
    }

    private Tensor counter(long elements) {
        return Functions.hostScalar(DType.INT64, () -> take(elements));
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
