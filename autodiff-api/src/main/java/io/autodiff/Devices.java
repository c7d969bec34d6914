package io.autodiff;

import io.autodiff.spi.AutodiffProvider;

/**
 * Where tensors are, and what they take.
 *
 * <pre>{@code
 * Devices.isGpuAvailable();      // false with a CPU backend
 * Devices.gpuName();             // "" with a CPU backend
 * Devices.statistics();          // Statistics[liveBytes=4194304, pooledBytes=0, pendingBytes=0, plans=1, planHits=0]
 * }</pre>
 */
public final class Devices {
    /**
     * What the engine holds at a moment. Small arrays are not counted, and a count may be late by what the collector has not found yet.
     *
     * @param liveBytes of arrays that tensors, variables and running work have
     * @param pooledBytes of arrays that wait to be used again
     * @param pendingBytes of arrays that calls of this thread wait for; one that is used twice counts twice
     * @param plans how many forms of eager work the engine knows
     * @param planHits how often it met one of them again
     */
    public record Statistics(long liveBytes, long pooledBytes, long pendingBytes, int plans, long planHits) {}

    private Devices() {}

    /**
     * What the engine holds now: memory, pending work, plans.
     *
     * @return the counts
     */
    public static Statistics statistics() {
        return AutodiffProvider.current().statistics();
    }

    /** {@return whether the engine keeps tensors on a GPU} */
    public static boolean isGpuAvailable() {
        return !gpuName().isEmpty();
    }

    /** {@return the name of that GPU; empty if there is none} */
    public static String gpuName() {
        return AutodiffProvider.current().gpuName();
    }
}
