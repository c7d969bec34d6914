package io.autodiff.nd4j.fused;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Work in parts that this thread and those of the common pool take as they come. Nobody waits for a thread to begin: if all are busy,
 * this one does all parts.
 *
 * <pre>{@code
 * Parts.run(4, part -> compute(part));
 * }</pre>
 */
public final class Parts {
    /** The common pool says 1 of itself where it has no thread; what it is given then lies there for good. */
    private static final int HELPERS =
            Integer.getInteger("java.util.concurrent.ForkJoinPool.common.parallelism", 1) == 0
                    ? 0
                    : ForkJoinPool.getCommonPoolParallelism();

    private Parts() {}

    /** {@return how many threads the common pool can lend} */
    public static int helpers() {
        return HELPERS;
    }

    /**
     * Does all parts.
     *
     * @param parts how many
     * @param work does the part of a number, on any thread; what it throws first is thrown here when all are done
     */
    public static void run(int parts, IntConsumer work) {
        AtomicInteger next = new AtomicInteger();
        CountDownLatch left = new CountDownLatch(parts);
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Runnable worker = () -> {
            for (int part = next.getAndIncrement(); part < parts; part = next.getAndIncrement()) {
                try {
                    work.accept(part);
                } catch (RuntimeException | Error e) {
                    thrown.compareAndSet(null, e);
                } finally {
                    left.countDown();
                }
            }
        };
        int helpers = Math.min(parts - 1, HELPERS);
        for (int helper = 0; helper < helpers; helper++) {
            ForkJoinPool.commonPool().execute(worker);
        }
        worker.run();
        // What is left is being computed by threads that are running: an interruption must not free their memory.
        boolean interrupted = false;
        while (true) {
            try {
                left.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (thrown.get() instanceof Error error) {
            throw error;
        }
        if (thrown.get() instanceof RuntimeException exception) {
            throw exception;
        }
    }
}
