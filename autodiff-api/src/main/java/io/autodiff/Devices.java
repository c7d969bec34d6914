package io.autodiff;

import io.autodiff.spi.AutodiffProvider;

/**
 * Where tensors are.
 *
 * <pre>{@code
 * Devices.isGpuAvailable();      // false with a CPU backend
 * Devices.gpuName();             // "" with a CPU backend
 * }</pre>
 */
public final class Devices {
    private Devices() {}

    /** {@return whether the engine keeps tensors on a GPU} */
    public static boolean isGpuAvailable() {
        return !gpuName().isEmpty();
    }

    /** {@return the name of that GPU; empty if there is none} */
    public static String gpuName() {
        return AutodiffProvider.current().gpuName();
    }
}
